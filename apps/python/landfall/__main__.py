"""`landfall` and `python -m landfall`: the command line, where it is installed."""

import os
import sys
from pathlib import Path
from typing import NoReturn


def program() -> Path | None:
    """In a wheel, a folder of the package; else beside the tree of libraries."""
    package = Path(__file__).resolve().parent
    for folder in (package, package.parents[1], package.parents[3]):
        if os.access(folder / "bin" / "landfall", os.X_OK):
            return folder / "bin" / "landfall"
    return None


def main() -> NoReturn:
    found = program()
    if found is None:
        sys.exit("error: this installation of Landfall has no command line")
    # What the command line does in Python, it does in this one.
    os.environ.setdefault("LANDFALL_PYTHON", sys.executable)
    os.execv(found, [os.fspath(found), *sys.argv[1:]])


if __name__ == "__main__":
    main()
