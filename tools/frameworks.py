"""Makes .venv-frameworks, what exports models for tests: `./dev frameworks`.

    frameworks.py [--fresh]

Installs the pinned packages of tools/requirements-frameworks.txt without their
dependencies, all of which it lists but torch's CUDA packages (3 GB). torch's one
wheel for this machine is linked with CUDA's libraries, so they are replaced by
stand-ins: empty libraries with the names that the loader looks for, which define
every symbol that torch's libraries expect of them as a function that returns the
error "no device", or that text. torch.cuda.is_available() is then False, and what
needs a device raises an exception.

An installation that is complete and has the same versions is left alone; its
stand-ins are made again if this tool has changed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-frameworks"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "tools" / "requirements-frameworks.txt"
STAMP = VENV / "requirements.txt"  # A copy of the requirements, made at the end.
MAKER = VENV / "stand_ins.py"  # A copy of this file, made with the stand-ins.
COMPILER, READELF = "clang-22", "llvm-readelf-22"
# cudaErrorNoDevice and CUDA_ERROR_NO_DEVICE; other families read it as an error too.
NO_DEVICE = 100
CUDA_LIBRARY = re.compile(r"lib(cu|nv|nccl)\w*\.so\.")
CUDA_SYMBOL = re.compile(r"_?_?(cu|CU|nv|nccl|Nccl)")
# What gives a message itself; the driver's own (cuGetErrorString) give it in an argument.
GIVES_TEXT = re.compile(r"(?!cuGet)\w+Get(Last)?Error(String|Name)|cublas\w*GetStatus(String|Name)")

USES = """
import torch, torchvision
torch.ones(2, 2) @ torch.ones(2)
try:
    torch.cuda.is_current_stream_capturing()
except RuntimeError:
    pass
"""


def installed():
    """Whether the environment is complete and has the required versions."""
    return STAMP.exists() and STAMP.read_text() == REQUIREMENTS.read_text()


def run(*command):
    return subprocess.run(list(map(str, command)), check=True, text=True, stdout=subprocess.PIPE).stdout


def elf_facts(path):
    """(libraries that it needs, undefined symbols with their versions, {version: library})."""
    text = run(READELF, "--wide", "--dynamic", "--dyn-syms", "--version-info", path)
    needed = set(re.findall(r"\(NEEDED\).*\[(\S+)\]", text))
    undefined = set(re.findall(r"\sUND\s+(\S+)", text))
    versions, library = {}, None
    for line in text.splitlines():
        if match := re.search(r"Version: 1\s+File: (\S+)", line):
            library = match[1]
        elif library and (match := re.search(r"Name: (\S+)\s+Flags:", line)):
            versions[match[1]] = library
    return needed, undefined, versions


def stand_ins(libraries):
    """{library: {version or "": {symbols}}}: what must exist for these files to load."""
    wanted = defaultdict(lambda: defaultdict(set))
    for path in libraries:
        needed, undefined, versions = elf_facts(path)
        cuda = sorted(name for name in needed if CUDA_LIBRARY.match(name))
        for name in cuda:
            wanted[name]  # Looked for by name, even if no symbol of it is used.
        for symbol in undefined:
            name, _, version = symbol.partition("@")
            library = versions.get(version)
            if library in cuda:
                wanted[library][version].add(name)
            elif not version and cuda and CUDA_SYMBOL.match(name):
                wanted[cuda[0]][""].add(name)  # The loader searches all.
    return wanted


def definition(symbol):
    if GIVES_TEXT.fullmatch(symbol):
        return f'const char *{symbol}(void) {{ return "no device"; }}\n'
    return f"int {symbol}(void) {{ return {NO_DEVICE}; }}\n"


def make_library(name, versions, folder, scratch):
    symbols = sorted({symbol for group in versions.values() for symbol in group})
    source, script = scratch / "stand_in.c", scratch / "versions.map"
    source.write_text("".join(map(definition, symbols)))
    script.write_text("".join(f"{version} {{ global: {'; '.join(sorted(group))}; }};\n"
                              for version, group in versions.items() if version))
    options = [f"-Wl,--version-script={script}"] if script.stat().st_size else []
    (folder / name).unlink(missing_ok=True)  # A process may have the old one mapped.
    run(COMPILER, "-w", "-ffreestanding", "-fno-builtin", "-shared", "-fPIC", "-nostdlib", f"-Wl,-soname,{name}",
        *options, source, "-o", folder / name)


def make_stand_ins():
    """Puts them where torch's libraries look: their search path is relative."""
    packages = Path(run(PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    libraries = [*(packages / "torch").rglob("*.so*"), *(packages / "torchvision").rglob("*.so")]
    folder = packages / "nvidia" / "cu13" / "lib"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, versions in stand_ins(libraries).items():
            if not any((path.parent / name).exists() for path in libraries):
                make_library(name, versions, folder, Path(scratch))
    run(PYTHON, "-c", USES)
    shutil.copy(__file__, MAKER)


def install():
    if shutil.which(COMPILER) is None:
        sys.exit(f"error: {COMPILER} is missing; ./dev build installs it")
    shutil.rmtree(VENV, ignore_errors=True)
    print(f"making {VENV.name}: about 0.8 GB to load, 2 GB on disk", flush=True)
    run(sys.executable, "-m", "venv", VENV)
    run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS)
    make_stand_ins()
    shutil.copy(REQUIREMENTS, STAMP)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fresh", action="store_true", help="install again")
    options = parser.parse_args()
    if options.fresh or not installed():
        install()
    elif not MAKER.exists() or MAKER.read_text() != Path(__file__).read_text():
        make_stand_ins()
    print(f"{VENV.name} is complete")


if __name__ == "__main__":
    main()
