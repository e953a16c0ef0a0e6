"""All rows: operators, architectures, recorded models."""

import architectures
import operators
from recorded import recorded_rows


def all_rows(tiny=False, recorded=None):
    """`recorded` is a folder of models with inputs, or None."""
    return [*operators.all_rows(tiny), *architectures.all_rows(tiny), *recorded_rows(recorded)]


def find(name, tiny, recorded):
    return next(row for row in all_rows(tiny, recorded) if row.name == name)
