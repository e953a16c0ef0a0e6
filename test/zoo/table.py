"""All rows of the zoo, from the modules of families/."""

import importlib
from dataclasses import replace
from pathlib import Path

FAMILIES = Path(__file__).parent / "families"


def architectures():
    """{name: Architecture}, by family; two rows of one name are an error."""
    found = {}
    for path in sorted(FAMILIES.glob("*.py")):
        for row in importlib.import_module(f"families.{path.stem}").rows():
            if row.name in found:
                raise SystemExit(f"error: {path.name}: two rows are called '{row.name}'")
            found[row.name] = replace(row, family=path.stem)
    return found
