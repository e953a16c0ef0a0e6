"""Makes wheels: `./dev wheel [--python PYTHON]... [--output DIR]`.

landfall-*.whl runs packages and has the command line; landfall_compiler-*.whl adds the
compiler to it. There is one of the first for each minor version of Python before 3.12, and
one for all from there on. Interpreters are those named, else .venv's and every
python3.10 ... python3.12 in the PATH that has its headers.
"""

import argparse
import base64
import hashlib
import shutil
import zipfile
from pathlib import Path

import portable
from portable import BUILD, PLATFORM, ROOT, Failure, run

VENV = ROOT / ".venv" / "bin" / "python"
# From here on the module is built for CPython's stable ABI.
STABLE = (3, 12)
RUNTIME_MIB = 15
HEADERS = "import sys, sysconfig, os; print(*sys.version_info[:2], os.path.exists(sysconfig.get_paths()['include'] + '/Python.h'))"


def interpreters(named):
    """{"cp311-cp311": interpreter}, the tags of wheels."""
    found = {}
    candidates = named or [VENV, *filter(None, map(shutil.which, ("python3.10", "python3.11", "python3.12")))]
    for python in candidates:
        try:
            major, minor, has_headers = run(python, "-c", HEADERS).split()
        except (Failure, OSError, ValueError) as problem:
            if named:
                raise Failure(f"{python} cannot be started: {problem}")
            continue
        if has_headers != "True" or int(minor) < 10:
            if named:
                raise Failure(f"{python} has no headers (python3-dev), or is older than 3.10")
            continue
        name = f"cp{major}{minor}" if (int(major), int(minor)) < STABLE else f"cp{STABLE[0]}{STABLE[1]}"
        abi = name if (int(major), int(minor)) < STABLE else "abi3"
        found.setdefault(f"{name}-{abi}", python)
    return found


def module(tag, python):
    """Builds the module for an interpreter."""
    folder = BUILD / "portable" / tag
    nanobind = run(VENV, "-m", "nanobind", "--cmake_dir").strip()
    run("cmake", "--fresh", "-G", "Ninja", "-S", ROOT / "packaging" / "python", "-B", folder, "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_CXX_COMPILER=clang++-22", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", f"-DPython_EXECUTABLE={python}",
        f"-Dnanobind_DIR={nanobind}", f"-DLANDFALL_BUILD={BUILD}")
    for older in folder.glob("_landfall*.so"):
        older.unlink()
    run("ninja", "-C", folder, "--quiet")
    built = [path.name for path in folder.glob("_landfall*.so")]
    abi = tag.split("-")[1]
    wanted = "_landfall.abi3.so" if abi == "abi3" else f"_landfall.cpython-{abi[2:]}-x86_64-linux-gnu.so"
    if built != [wanted]:
        raise Failure(f"{folder} has {', '.join(built) or 'no module'}, not {wanted}")
    return folder / wanted


def digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def write(output, name, tag, files, about):
    """A wheel of {path in it: file or bytes} and {name in the dist-info folder: text}.

    The same contents make the same bytes. Binary distribution format: PEP 427.
    """
    info = f"{name}-{portable.version()}.dist-info"
    wheel = f"Wheel-Version: 1.0\nGenerator: landfall\nRoot-Is-Purelib: false\nTag: {tag}\n"
    files = files | {f"{info}/{key}": text.encode() for key, text in (about | {"WHEEL": wheel}).items()}
    path = output / f"{name}-{portable.version()}-{tag}.whl"
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place, content in sorted(files.items()):
            data = content if isinstance(content, bytes) else content.read_bytes()
            entry = zipfile.ZipInfo(place, (1980, 1, 1, 0, 0, 0))
            is_binary = data.startswith(b"\x7fELF")
            entry.external_attr = (0o100755 if is_binary else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
            record.append(f"{place},{digest(data)},{len(data)}")
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", (1980, 1, 1, 0, 0, 0)),
                         "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path


def package_files():
    """{path in the wheel: file} of the package's Python sources."""
    package = ROOT / "apps" / "python" / "landfall"
    return {f"landfall/{path.relative_to(package)}": path for path in package.rglob("*")
            if path.suffix in (".py", ".pyi") or path.name == "py.typed"}


def metadata():
    """(of the runtime, of the compiler): the texts of the dist-info folders."""
    info = next((BUILD / "python").glob("*.dist-info"))
    about = {path.name: path.read_text() for path in info.iterdir()}
    common = about["METADATA"].replace("Requires-Python: >=3.9", "Requires-Python: >=3.10")
    licence = (ROOT / "LICENSE").read_text()
    compiler = common.replace("Name: landfall\n", "Name: landfall-compiler\n")
    about["METADATA"] = (f"{common}Requires-Dist: numpy\nProvides-Extra: compiler\n"
                         f"Requires-Dist: landfall-compiler=={portable.version()}; extra == 'compiler'\n")
    return (about | {"LICENSE": licence},
            {"METADATA": f"{compiler}Requires-Dist: landfall=={portable.version()}\n", "LICENSE": licence})


def make(output, named):
    """Builds and writes all wheels; their paths, the compiler's last."""
    pythons = interpreters(named)
    if not pythons:
        raise Failure("no Python of 3.10 or newer with headers was found; --python names one")
    portable.build()
    runtime, compiler = metadata()
    libraries = portable.libraries()
    compiler_library = libraries.pop("liblandfall_compiler.so.0")
    shared = package_files() | {f"landfall/lib/{name}": path for name, path in libraries.items()}
    shared |= {f"landfall/bin/{name}": path for name, path in portable.programs().items()}
    wheels = []
    for tag, python in pythons.items():
        own = module(tag, python)
        portable.check([*libraries.values(), *portable.programs().values(), compiler_library, own])
        wheels.append(write(output, "landfall", f"{tag}-{PLATFORM}", shared | {f"landfall/{own.name}": own}, runtime))
        if portable.mebibytes(wheels[-1]) > RUNTIME_MIB:
            raise Failure(f"{wheels[-1].name} is larger than {RUNTIME_MIB} MiB")
    wheels.append(write(output, "landfall_compiler", f"py3-none-{PLATFORM}",
                        {"landfall/lib/liblandfall_compiler.so.0": compiler_library}, compiler))
    return wheels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "wheels")
    parser.add_argument("--python", action="append", default=[])
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for wheel in make(options.output.resolve(), options.python):
        print(f"{wheel.name}: {portable.mebibytes(wheel):.1f} MiB")


if __name__ == "__main__":
    portable.main(main)
