#!/usr/bin/env bash
# The run-time half for another architecture: build.sh aarch64|riscv64 [target...]
#
# Makes what runs kernels under emulation (docs/hosts.md), or other targets: with
# cpu_package_runner, tests run whole packages there, too. Exit code 77: the C++
# library of that architecture is not installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
host=$1
shift
if [[ ! -e /usr/lib/gcc-cross/$host-linux-gnu/12/libstdc++.a ]]; then
  echo "skipped: libstdc++-12-dev-*-cross for $host is not installed"
  exit 77
fi
folder=build/hosts/$host
mkdir -p "$folder"
cmake -G Ninja -B "$folder" --toolchain "$PWD/cmake/hosts/$host.cmake" \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
  -DLANDFALL_COMPILER=OFF -DLANDFALL_TESTS=OFF -DLANDFALL_PROGRAM=OFF \
  -DLANDFALL_REGEX=OFF "-DLANDFALL_TARGETS=cpu;null" \
  >"$folder/configure.log" 2>&1 || { cat "$folder/configure.log"; exit 1; }
ninja -C "$folder" "${@:-cpu_kernel_runner}"
