"""Makes a tarball and Debian packages: `./dev package [--output DIR]`.

landfall-runtime-*.tar.xz: a folder that runs packages where it is unpacked, with the command
line and the headers, and has no compiler. landfall_*.deb is the same in /usr,
landfall-compiler_*.deb adds the compiler. All need glibc 2.28 and nothing else.
"""

import argparse
import re
import shutil
import tarfile
import tempfile
from pathlib import Path

import portable
from portable import BUILD, FLOOR, ROOT, Failure, run

COMPLETIONS = {"bash": "share/bash-completion/completions/landfall", "zsh": "share/zsh/vendor-completions/_landfall",
               "fish": "share/fish/vendor_completions.d/landfall.fish"}
# What CPack is told, in its own language.
CPACK = """set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME {name})
set(CPACK_PACKAGE_VERSION {version})
set(CPACK_PACKAGE_VENDOR Landfall)
set(CPACK_PACKAGE_CONTACT "The authors of Landfall")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "{summary}")
set(CPACK_PACKAGE_DESCRIPTION "{summary}")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The authors of Landfall")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "{depends}")
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
set(CPACK_PACKAGE_FILE_NAME {name})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_INSTALLED_DIRECTORIES "{tree};/usr")
set(CPACK_PACKAGE_DIRECTORY "{output}")
set(CPACK_CMAKE_GENERATOR Ninja)
"""


def library(tree, path):
    """Copies a library under the names of its version: lib*.so.0.1.0, lib*.so.0."""
    folder = tree / "lib"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.name.endswith(".so.0"):  # A plugin, without a version.
        shutil.copy(path, folder / path.name)
        return
    full = f"{path.name[:-1]}{portable.version()}"
    shutil.copy(path, folder / full)
    (folder / path.name).symlink_to(full)


def stage_runtime(tree):
    """bin, lib, include and share of what runs packages."""
    run("cmake", "--install", BUILD, "--prefix", tree, "--component", "development")
    (tree / "bin").mkdir()
    for name, path in portable.programs().items():
        shutil.copy(path, tree / "bin" / name)
    for name, path in portable.libraries().items():
        if name != "liblandfall_compiler.so.0":
            library(tree, path)
    for shell, place in COMPLETIONS.items():
        (tree / place).parent.mkdir(parents=True)
        (tree / place).write_text(run(tree / "bin" / "landfall", "completion", shell))
    stage_licence(tree, "landfall")


def stage_compiler(tree):
    library(tree, portable.libraries()["liblandfall_compiler.so.0"])
    stage_licence(tree, "landfall-compiler")


def stage_licence(tree, package):
    folder = tree / "share" / "doc" / package
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "copyright")


def tarball(tree, output):
    name = f"landfall-runtime-{portable.version()}-linux-x86_64"
    path = output / f"{name}.tar.xz"

    def owned_by_root(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(path, "w:xz") as archive:
        archive.add(tree, name, filter=owned_by_root)
    return path


def debian_package(tree, output, name, summary, depends):
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "CPackConfig.cmake"
        config.write_text(CPACK.format(name=name, version=portable.version(), summary=summary, depends=depends,
                                       tree=tree, output=output))
        text = run("cpack", "--config", config, cwd=scratch)
    if not (found := re.search(r"package: (\S+\.deb) generated", text)):
        raise Failure(f"cpack wrote no package:\n{text}")
    shutil.rmtree(output / "_CPack_Packages", ignore_errors=True)
    return Path(found[1])


def make(output):
    """Builds and writes all; their paths."""
    portable.build()
    with tempfile.TemporaryDirectory() as scratch:
        runtime, compiler = Path(scratch) / "runtime", Path(scratch) / "compiler"
        stage_runtime(runtime)
        stage_compiler(compiler)
        portable.check([path for tree in (runtime, compiler) for folder in ("bin", "lib") if (tree / folder).is_dir()
                        for path in (tree / folder).iterdir() if path.is_file() and portable.is_elf(path)])
        glibc = f"libc6 (>= {FLOOR[0]}.{FLOOR[1]}), libgcc-s1 | libgcc1"
        return [tarball(runtime, output),
                debian_package(runtime, output, "landfall", "Runs compiled ONNX models at every shape", glibc),
                debian_package(compiler, output, "landfall-compiler", "Compiles ONNX models for landfall",
                               f"landfall (= {portable.version()}), {glibc}")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "packages")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for path in make(options.output.resolve()):
        print(f"{path.name}: {portable.mebibytes(path):.1f} MiB")


if __name__ == "__main__":
    portable.main(main)
