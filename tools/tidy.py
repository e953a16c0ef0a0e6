"""clang-tidy over the sources: `./dev tidy`, and a test on a part of them.

    tidy.py [--minutes N] [FILE...]

The checks are in .clang-tidy. All files that the build compiles are held. A file that
was found clean is not looked at again until it, a header that it includes, or
.clang-tidy changes (build/tidy remembers). With --minutes, files are taken in
this order while there is time: those that the last commit and the working tree
change, then all others, beginning with another one each day.
"""

import argparse
import datetime
import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CACHE = BUILD / "tidy"
TIDY = "clang-tidy-22"


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, check=True, text=True, capture_output=True).stdout


def sources():
    """Those that this build compiles: others (firmware, fuzz targets) have flags of their own."""
    listed = run("git", "ls-files", "-co", "--exclude-standard", "*.cpp").splitlines()
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    built = {os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT) for entry in commands}
    return sorted(name for name in listed if name in built and (ROOT / name).is_file())


def dependencies():
    """{source: [its files in the repository]}, from what ninja found when it built."""
    found, files = {}, []
    for line in [*run("ninja", "-t", "deps", cwd=BUILD).splitlines(), ""]:
        if line.startswith("    "):
            path = os.path.normpath(BUILD / line.strip())
            if path.startswith(f"{ROOT}/"):
                files.append(os.path.relpath(path, ROOT))
        elif files:
            found[files[0]] = files
            files = []
    return found


def key_of(files, settings):
    hashed = hashlib.sha256(settings)
    for name in sorted(set(files)):
        if (ROOT / name).is_file():
            hashed.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return hashed.hexdigest()


def in_order(names):
    """What changed first, then the rest from a place that moves each day."""
    changed = set(run("git", "diff", "--name-only", "HEAD").splitlines())
    log = subprocess.run(["git", "diff", "--name-only", "HEAD~1", "HEAD"], cwd=ROOT, text=True, capture_output=True)
    changed |= set(log.stdout.splitlines())
    rest = sorted((name for name in names if name not in changed), key=lambda n: hashlib.sha256(n.encode()).digest())
    start = datetime.date.today().toordinal() * 37 % max(len(rest), 1)
    return [name for name in names if name in changed] + rest[start:] + rest[:start]


def tidy(name):
    done = subprocess.run([TIDY, "-p", str(BUILD), "--quiet", name], cwd=ROOT, text=True, capture_output=True)
    return done.returncode == 0, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    end = time.monotonic() + options.minutes * 60
    settings = (ROOT / ".clang-tidy").read_bytes() + run(TIDY, "--version").encode()
    depends = dependencies()
    CACHE.mkdir(parents=True, exist_ok=True)
    names = options.files or in_order(sources())
    keys = {name: key_of(depends.get(name, [name]), settings) for name in names}
    waiting = [name for name in names if not (CACHE / keys[name]).exists()]
    failed, looked_at = [], 0

    def look_at(name):
        if time.monotonic() > end:
            return None
        clean, output = tidy(name)
        if clean:
            (CACHE / keys[name]).touch()
        return clean, output

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, result in zip(waiting, pool.map(look_at, waiting)):
            if result is None:
                continue
            looked_at += 1
            if not result[0]:
                failed.append(name)
                print(result[1], end="", flush=True)
    print(f"tidy: {len(names)} files, {len(names) - len(waiting)} known to be clean, {looked_at} looked at, "
          f"{len(failed)} not clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
