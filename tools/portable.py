"""Builds what runs on other systems, and checks that it does: packaging/CMakeLists.txt.

wheel.py and archive.py pack the results.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PORTABLE = BUILD / "portable"
READELF = "llvm-readelf-22"

# The newest glibc whose symbols may be needed: Debian 10's, RHEL 8's.
FLOOR = (2, 28)
PLATFORM = f"manylinux_{FLOOR[0]}_{FLOOR[1]}_x86_64"
# What a system with glibc has; all else must be inside.
SYSTEM = re.compile(r"lib(c|m|dl|rt|pthread|gcc_s)\.so\.\d|ld-linux-x86-64\.so\.2")


class Failure(Exception):
    """What a person is told, as one line."""


def run(*command, **options):
    """The standard output of a command that must succeed."""
    done = subprocess.run([os.fspath(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def version():
    return re.search(r"project\(Landfall VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]


def build():
    run("cmake", "-DLANDFALL_PORTABLE=ON", BUILD)
    run("ninja", "-C", BUILD, "--quiet", "portable")


def needs(path):
    """(the libraries that a file needs, {symbol: version of glibc} above the floor)."""
    dynamic = run(READELF, "--wide", "--dynamic", path)
    libraries = re.findall(r"\(NEEDED\).*\[(\S+)\]", dynamic)
    newer = {}
    for symbol, found in re.findall(r"(\w+)@GLIBC_(\d+\.\d+(?:\.\d+)?)", run(READELF, "--wide", "--dyn-symbols", path)):
        if tuple(map(int, found.split(".")))[:2] > FLOOR:
            newer[symbol] = found
    return libraries, newer


def check(paths):
    """Raises Failure where a file needs more than the floor, or a library that is not packed."""
    own = {path.name for path in paths}
    for path in paths:
        libraries, newer = needs(path)
        if others := [name for name in libraries if not SYSTEM.fullmatch(name) and name not in own]:
            raise Failure(f"{path.name} needs {', '.join(others)}, which other systems lack")
        if newer:
            raise Failure(f"{path.name} needs a glibc newer than {FLOOR[0]}.{FLOOR[1]}: "
                          f"{', '.join(f'{name} ({found})' for name, found in newer.items())}; "
                          "packaging/glibc_floor.cpp defines such symbols")


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def libraries():
    """{name: file} of the portable libraries, by the names that are looked for."""
    names = ["liblandfall.so.0", "liblandfall_images.so.0", "liblandfall_onnxruntime.so", "liblandfall_compiler.so.0"]
    return {name: (PORTABLE / "lib" / name).resolve() for name in names}


def programs():
    return {path.name: path for path in (PORTABLE / "bin").iterdir()}


def mebibytes(path):
    return path.stat().st_size / (1 << 20)


def main(make):
    """Runs `make`; a Failure becomes a line and the exit status 1."""
    try:
        make()
    except Failure as failure:
        sys.exit(f"error: {failure}")
