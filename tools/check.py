"""What can be checked without building, in seconds: `./dev check`.

Each check is a function that yields complaints, "file:line: what is wrong and
what to do". The tables at the top are the law; ARCHITECTURE.md explains it.
"""

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORMATTER = "clang-format-22"

# Room: rooms that its files may include. A target's parts are rooms.
LAYERS = {
    "base": [],
    "package": ["base"],
    "ir": ["base", "package"],
    "frontend": ["base", "package", "ir"],
    "compiler": ["base", "package", "ir"],
    "runtime": ["base", "package"],
    "device_math": ["package"],
    "riscv": [],
    "chip": ["base"],
    "sim": ["base", "chip", "riscv"],
    "firmware": ["package", "chip", "device_math"],
    "codegen": ["base", "package", "ir", "compiler", "chip"],
    "driver": ["base", "package", "runtime", "chip", "sim", "firmware", "riscv"],
}
# The parts that a target may have.
TARGET_ROOMS = ["chip", "sim", "firmware", "codegen", "driver"]
# (including files, included file): crossings that are meant, each with why.
CROSSINGS = [
    ("compiler/pipeline.cpp", "frontend/onnx/importer/import.h"),  # The pipeline joins the rooms.
    ("compiler/plugin.cpp", "runtime/compiler_plugin.h"),  # The C interface that it implements.
]
# What tests may use beyond their own room.
TEST_ROOMS = [*LAYERS]
# Rooms whose code is in the deployed runtime: never a header of these.
DEPLOYED = ["base", "package", "runtime", "device_math", "riscv", "chip", "sim", "firmware", "driver"]
COMPILER_ONLY = ("mlir/", "llvm/", "lld/", "llvm-c/", "mlir-c/")
# Rooms that see MLIR; the others go through ir/builder.h. Generators do not.
MLIR_ROOMS = ["ir", "compiler"]
NO_MLIR = ("compiler/kernels/", "compiler/native/")

LONGEST_PATH = 75
# Of a page, or of every page in a folder.
DOC_LINES = {"README.md": 60, "ARCHITECTURE.md": 150, "CONTRIBUTING.md": 80, "docs": 160, "docs/decisions": 60}
GENERATED_DOCS = ["docs/onnx_ops.md"]
# A file's name in a comment, then a block that holds the file.
SNIPPET = re.compile(r"<!-- (\S+\.\w+) -->\n```\w*\n(.*?)```\n", re.S)


def git_files():
    """Tracked files and new ones that are not ignored."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, text=True,
                            capture_output=True).stdout.split("\n")
    return sorted(name for name in listed if name and (ROOT / name).is_file())


def read(name):
    return (ROOT / name).read_text()


def is_source(name):
    return name.endswith((".cpp", ".h", ".hpp"))


def room_of(name):
    """The room of a file; None for what no room owns."""
    parts = name.split("/")
    if parts[0] == "targets" and len(parts) > 3:
        return parts[2] if parts[2] in TARGET_ROOMS else None
    return parts[0] if parts[0] in LAYERS else None


#===--- The checks ---------------------------------------------------------===#


def check_format(files):
    sources = [name for name in files if is_source(name)]
    batches = [sources[k::os.cpu_count() or 1] for k in range(os.cpu_count() or 1)]
    running = [subprocess.Popen([FORMATTER, "--dry-run", *batch], cwd=ROOT, text=True, stderr=subprocess.PIPE)
               for batch in batches if batch]
    wrong = set()
    for process in running:
        wrong |= set(re.findall(r"^(\S+?):\d+:\d+: warning", process.communicate()[1], re.M))
    for name in sorted(wrong):
        yield f"{name}: not in the house's format; run ./dev format"


def check_layers(files):
    include = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
    for name in files:
        room = room_of(name)
        if not is_source(name) or room is None:
            continue
        is_test = name.endswith(("_test.cpp", "_for_test.h"))
        allowed = [room] + (TEST_ROOMS if is_test else LAYERS[room])
        for number, line in enumerate(read(name).splitlines(), 1):
            if match := include.match(line):
                if why := illegal_include(name, room, match[1], allowed):
                    yield f"{name}:{number}: {why}"


def illegal_include(name, room, included, allowed):
    """Why the include breaks the table of rooms, or None."""
    if included.startswith(COMPILER_ONLY):
        if room in DEPLOYED:
            return f"'{included}': {room} is in the deployed runtime, which has no MLIR or LLVM"
        if included.startswith("mlir/") and (room not in MLIR_ROOMS or name.startswith(NO_MLIR)):
            return f"'{included}': no MLIR here (ARCHITECTURE.md)"
        return None
    other = room_of(included)
    if any(fnmatch(name, who) and fnmatch(included, what) for who, what in CROSSINGS):
        return None
    if included.startswith("apps/"):
        return f"'{included}': nothing may include apps"
    if other is None:
        return None
    if other in TARGET_ROOMS and room in TARGET_ROOMS and name.split("/")[1] != included.split("/")[1]:
        return f"'{included}': a target must not know another one"
    if other not in allowed:
        return f"'{included}': {room} may include {', '.join(LAYERS[room]) or 'no other room'} (ARCHITECTURE.md)"
    return None


def check_pairs(files):
    for name in files:
        if not fnmatch(name, "compiler/passes/*.cpp") or name.endswith("_test.cpp"):
            continue
        stem = Path(name).stem
        if f"compiler/passes/{stem}_test.cpp" not in files and f"test/{stem}.mlir" not in files:
            yield f"{name}: a pass has a twin, compiler/passes/{stem}_test.cpp"


def check_headers(files):
    for name in files:
        if not is_source(name) or name.startswith("tools/"):
            continue
        text = read(name)
        if "Part of Landfall, under the Apache License v2.0." not in text[:600]:
            yield f"{name}:1: the banner is missing (any other file shows it)"
        if name.endswith(".h") and "#pragma once" not in text and not name.endswith("landfall.h"):
            yield f"{name}: a header begins with #pragma once"


def check_paths(files):
    for name in files:
        if len(name) > LONGEST_PATH:
            yield f"{name}: the path is longer than {LONGEST_PATH} characters"
        elif is_source(name) and not re.fullmatch(r"[a-z0-9_/]+\.(cpp|h|hpp)", name):
            yield f"{name}: file names are snake_case"


def check_docs(files):
    for name in files:
        limit = DOC_LINES.get(name) or DOC_LINES.get(str(Path(name).parent))
        if not name.endswith(".md") or not limit or name in GENERATED_DOCS:
            continue
        lines = read(name).count("\n")
        if lines > limit:
            yield f"{name}: {lines} lines; a page of its kind has at most {limit}"


def check_links(files):
    link = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
    code = re.compile(r"`((?:[a-z_]+/)+[A-Za-z0-9_]+\.[a-z]+)`")
    for name in files:
        if not name.endswith(".md"):
            continue
        for number, line in enumerate(read(name).splitlines(), 1):
            for target in link.findall(line):
                if "://" not in target and not (ROOT / name).parent.joinpath(target).exists():
                    yield f"{name}:{number}: the link '{target}' leads nowhere"
            for target in code.findall(line):
                if target.split("/")[0] != "build" and not (ROOT / target).exists():
                    yield f"{name}:{number}: there is no file '{target}'"


def check_snippets(files):
    for name in files:
        if name.endswith(".md"):
            for source, text in SNIPPET.findall(read(name)):
                if not (ROOT / source).exists() or read(source) != text:
                    yield f"{name}: the copy of {source} is out of date; run ./dev docs"


def check_generated(files):
    import host_work_doc
    import onnx_ops_doc

    if not host_work_doc.PAGE.exists() or host_work_doc.PAGE.read_text() != host_work_doc.page():
        yield "docs/host_work.md: out of date; run ./dev docs"
    if not onnx_ops_doc.is_fresh():
        yield "docs/onnx_ops.md: out of date; run ./dev docs"


CHECKS = [check_format, check_layers, check_pairs, check_headers, check_paths, check_docs, check_links,
          check_snippets, check_generated]


def main():
    sys.path.insert(0, str(ROOT / "tools"))
    files = git_files()
    complaints = [complaint for check in CHECKS for complaint in check(files)]
    for complaint in complaints:
        print(complaint)
    print(f"check: {len(files)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
