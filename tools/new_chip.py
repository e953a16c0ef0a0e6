"""Starts the folder of a new chip: `./dev new-chip NAME`.

    new_chip.py NAME [--tiled] [--into FOLDER]

Writes targets/NAME (or FOLDER) from the files in tools/new_chip: a target that
builds and passes all tests, and whose kernels all fall back (docs/add_a_chip.md).
With --tiled from those in tools/new_chip_tiled: a chip with explicit memories whose
kernels the tiler cuts, simulated behind a ring (docs/add_a_tiled_chip.md).
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORD = "newchip"  # Stands for the name, "Newchip" in the names of classes.
WIDTH = 80
NAME = re.compile(r"[a-z][a-z0-9]{1,15}")


def banner(line):
    """The file's first line, as wide as all are."""
    match = re.fullmatch(r"//===- (.*?) -+(\*- C\+\+ -\*-)?===//", line)
    text, kind = match[1], match[2] or ""
    dashes = WIDTH - len(f"//===- {text} {kind}===//")
    if dashes < 1:
        sys.exit(f"error: the name is too long for the line '{text}'")
    return f"//===- {text} {'-' * dashes}{kind}===//"


def file_for(name, template):
    text = template.read_text().replace(WORD, name).replace(WORD.capitalize(), name.capitalize())
    if template.suffix not in (".h", ".cpp"):
        return text
    first, rest = text.split("\n", 1)
    text = f"{banner(first)}\n{rest}"
    return subprocess.run(["clang-format-22", f"--style=file:{ROOT}/.clang-format"], input=text, text=True,
                          check=True, capture_output=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--tiled", action="store_true", help="a chip with explicit memories, made of the tiler's parts")
    parser.add_argument("--into", type=Path, help="the folder to write; default: targets/NAME")
    options = parser.parse_args()
    if not NAME.fullmatch(options.name):
        sys.exit(f"error: '{options.name}' is no name for a chip: give 2 to 16 lower-case letters and digits")
    folder = options.into or ROOT / "targets" / options.name
    if not options.into and folder.exists():
        sys.exit(f"error: {folder.relative_to(ROOT)} exists already")
    source = ROOT / ("tools/new_chip_tiled" if options.tiled else "tools/new_chip")
    for template in sorted(source.rglob("*.*")):
        place = folder / str(template.relative_to(source)).replace(WORD, options.name)
        text = file_for(options.name, template)
        if place.is_file() and place.read_text() == text:
            continue  # Its time stays, and nothing is built again.
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    page = "docs/add_a_tiled_chip.md" if options.tiled else "docs/add_a_chip.md"
    print(f"{folder}: a target that builds; {page} goes on from here")


if __name__ == "__main__":
    main()
