"""One operator (or the few nodes of one idea) a row, at several sizes a row."""

from importlib import import_module

FAMILIES = ["elementwise", "products", "convolutions", "pools", "reductions", "movement", "quantized", "recurrences",
            "others"]
TINY_ROWS = 3


def all_rows(tiny=False):
    """Tiny: the first rows of each family, for a test that takes their first points."""
    return [row for family in FAMILIES
            for row in import_module(f"operators.{family}").rows()[:TINY_ROWS if tiny else None]]
