#!/usr/bin/env bash
# A newer qemu than Debian 12 has, from bookworm-backports, into build/hosts/qemu:
# nothing is installed, and hosts.py takes it where it is (docs/hosts.md).
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$PWD/build/hosts/qemu
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
# The mirror that this machine's own packages come from.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)
if [[ -z $mirror ]]; then
  echo "qemu.sh: apt knows no repository of bookworm; run 'apt-get update' on a Debian 12" >&2
  exit 1
fi
mkdir -p "$folder" "$apt/lists/partial" "$apt/cache/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
  "$mirror bookworm-backports main" >"$apt/sources.list"
options=(-q -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
         -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=)
apt-get "${options[@]}" update
(cd "$apt" && apt-get "${options[@]}" download qemu-user)
dpkg-deb --fsys-tarfile "$apt"/qemu-user_*.deb | tar -x -C "$folder" --strip-components=3 \
  ./usr/bin/qemu-{aarch64,riscv64,x86_64}
"$folder/qemu-riscv64" --version
