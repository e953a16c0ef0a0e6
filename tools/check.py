"""What can be checked without building, in seconds: `./dev check`.

Each check is a function that yields complaints, "file:line: what is wrong and
what to do". The law on rooms is tools/rooms.py; ARCHITECTURE.md explains it.
"""

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import rooms

ROOT = Path(__file__).resolve().parent.parent
FORMATTER = "clang-format-22"

LONGEST_PATH = 75
# Of a page, or of every page in a folder.
DOC_LINES = {"README.md": 60, "ARCHITECTURE.md": 175, "CONTRIBUTING.md": 80, "docs": 160, "docs/decisions": 60}
GENERATED_DOCS = ["docs/onnx_ops.md", "docs/zoo.md"]
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
    if circle := rooms.cycle():
        yield f"tools/rooms.py: rooms include each other in a circle: {' -> '.join(circle)}"
    include = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
    for name in files:
        if not is_source(name) or rooms.place_of(name) is None:
            continue
        if folder := rooms.unknown_folder(name):
            yield f"{name}: {folder} is in no row of tools/rooms.py"
        for number, line in enumerate(read(name).splitlines(), 1):
            if match := include.match(line):
                if why := illegal_include(name, match[1]):
                    yield f"{name}:{number}: '{match[1]}': {why}"


def illegal_include(name, included):
    """Why the include breaks the table of rooms, or None."""
    place = rooms.place_of(name)
    if included.endswith(".inc"):  # Generated into the build folder, for one room.
        return None
    if library := rooms.library_of(included):
        if library in place.libraries:
            return None
        return f"no {library.upper()} in {place.room.path} (tools/rooms.py)"
    return rooms.why_not(name, included)


def check_namespaces(files):
    """One namespace a room; another's only to declare its names."""
    opening = re.compile(r"^namespace (landfall[\w:]*) \{\n(.*?)^\}", re.M | re.S)
    for name in files:
        place = rooms.place_of(name)
        if not is_source(name):
            continue
        text = read(name)
        if name.endswith((".h", ".hpp")) and (match := re.search(r"^\s*using namespace", text, re.M)):
            yield f"{name}:{text[:match.start()].count(chr(10)) + 1}: no `using namespace` in a header"
        if place is None:
            continue
        for match in opening.finditer(text):
            is_forward = re.fullmatch(r"((struct|class) \w+;[^\n]*\n|\n)+", match[2])
            if name.endswith("_test.cpp") or is_forward:
                continue
            if match[1] != place.namespace and not match[1].startswith(place.namespace + "::"):
                yield f"{name}: namespace {match[1]}; that of its room is {place.namespace} (tools/rooms.py)"


def check_cmake(files):
    """Libraries follow the rooms: each is made of its own room's sources and linked to rooms it may include."""
    library_rooms = {}
    calls = {}
    for name in files:
        if name.endswith("CMakeLists.txt"):
            for call in re.findall(r"landfall_room\(([^)]*)\)", re.sub(r"#.*", "", read(name))):
                words = call.split()
                calls.setdefault(name, []).append(words)
                folder = name.rpartition("/")[0]
                sources = words[words.index("SOURCES_IN") + 1] if "SOURCES_IN" in words else "."
                source = f"{folder}/{sources}/x.cpp".replace("/./", "/").replace("/*/", "/")
                library_rooms["landfall_" + words[0]] = source.replace("${target}", "*")
    for name, found in calls.items():
        for words in found:
            here = library_rooms["landfall_" + words[0]]
            for library in words[words.index("DEPENDS") + 1:] if "DEPENDS" in words else []:
                if library == "TEST_DEPENDS":
                    break
                if (f"landfall_{words[0]}", library) in rooms.LINK_CROSSINGS:
                    continue
                if library in library_rooms and (why := rooms.why_not(here, library_rooms[library])):
                    yield f"{name}: landfall_{words[0]} depends on {library}: {why}"
    compiled = re.compile(r"\$\{CMAKE_SOURCE_DIR\}/((?:[\w*]+/)+[\w*]+(?:\.cpp)?)")
    for name in files:
        if not name.endswith("CMakeLists.txt") or rooms.place_of(name) is None and not name.startswith("test/"):
            continue
        for source in compiled.findall(read(name)):
            other = rooms.place_of(source)
            own = rooms.place_of(name)
            if other is None or not source.endswith((".cpp", "*")) or own and own.room is other.room:
                continue
            if not any(fnmatch(name, who) and fnmatch(source, what) for who, what in rooms.CMAKE_CROSSINGS):
                yield f"{name}: compiles {source}, which is another room's (tools/rooms.py)"


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
        if name.endswith(".h") and "#pragma once" not in text and not name.startswith("include/"):
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
    import onnx_schema

    if not host_work_doc.PAGE.exists() or host_work_doc.PAGE.read_text() != host_work_doc.page():
        yield "docs/host_work.md: out of date; run ./dev docs"
    if not onnx_ops_doc.is_fresh():
        yield "docs/onnx_ops.md: out of date; run ./dev docs"
    if onnx_schema.TABLE.read_text() != onnx_schema.table():
        yield "frontend/onnx/importer/onnx_schema.def: out of date; run ./dev docs"


CHECKS = [check_format, check_layers, check_namespaces, check_cmake, check_pairs, check_headers, check_paths, check_docs, check_links,
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
