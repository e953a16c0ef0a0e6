"""The values of a model's inputs, from the description that its export wrote."""

import re

import numpy as np


def extent(text, sizes):
    """The value of an extent like 3, L, P+L or 2*L."""
    text = re.sub(r"[A-Za-z]\w*", lambda name: str(sizes[name[0]]), text)
    if not re.fullmatch(r"[\d+*/() -]+", text):
        raise ValueError(f"extent '{text}'")
    return int(eval(text))  # Digits and operators only.


def shape_of(dims, sizes):
    return tuple(extent(dim, sizes) for dim in dims.split())


def make(description, sizes, random):
    """One input; description is {"dims", "values", "dtype"}."""
    shape = shape_of(description["dims"], sizes)
    kind, _, argument = description["values"].partition(":")
    if description["dtype"] == "str":
        words = np.array(argument.split(","), object)
        return words[random.integers(0, len(words), shape)]
    if kind == "normal":
        values = random.standard_normal(shape)
    elif kind == "unit":
        values = random.random(shape)
    elif kind in ("index", "edges"):
        below = extent(argument, sizes)
        values = random.integers(0, max(below, 1), shape)
    elif kind == "ones":
        values = np.ones(shape)
    elif kind == "boxes":  # Corners: left, top, right, bottom.
        corner = random.random(shape[:-1] + (2,))
        values = np.concatenate([corner, corner + 0.05 + random.random(corner.shape)], -1)
    elif kind == "mask":
        # At least half of each row is kept, and all of the first.
        length = shape[-1]
        kept = random.integers((length + 1) // 2, length + 1, shape[:-1] + (1,))
        kept[:1] = length
        values = np.arange(length) < kept
    else:
        raise ValueError(f"values '{kind}'")
    return np.asarray(values).astype(description["dtype"])


def feeds(descriptions, sizes, seed):
    random = np.random.default_rng(seed)
    return {name: make(description, sizes, random) for name, description in descriptions.items()}
