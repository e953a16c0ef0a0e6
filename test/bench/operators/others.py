"""Signals, sampling, and operators whose results' sizes depend on values."""

import numpy as np
from operators.shared import node, operator
from rows import Input, points

FAMILY = "others"


def spectrum(g):
    return g.add("STFT", "x", g.constant(160, "int64"), g.constant(np.hanning(400), np.float32))


def boxes(g):
    """(1, n, 4) corners of boxes of side 0.1 from (1, n, 2) random ones."""
    corners = g.add("Concat", "b", g.add("Add", "b", g.number(0.1)), axis=-1)
    return g.add("NonMaxSuppression", corners, "s", g.ints(100), g.constant([0.5], np.float32),
                 g.constant([0.5], np.float32))


def rows():
    return [
        operator(FAMILY, "NonZero", {"x": Input("n m", "bool")}, node("NonZero", "x"),
                 points("n m", (7, 13), (1000, 97))),
        operator(FAMILY, "Unique", {"x": Input("n", "int64", 500)}, node("Unique", "x"), points("n", 97, 10007)),
        operator(FAMILY, "GridSample", {"x": "n 32 h w", "g": "n h w 2"},
                 lambda g: g.add("GridSample", "x", g.add("Tanh", "g")),
                 points("n h w", (1, 7, 7), (1, 64, 64), (1, 97, 101))),
        operator(FAMILY, "NonMaxSuppression", {"b": "1 n 2", "s": "1 1 n"}, boxes, points("n", 97, 8400)),
        operator(FAMILY, "DFT", {"x": "n m 1"},
                 lambda g: g.add("DFT", "x", "", g.constant(1, "int64"), onesided=1),
                 points("n m", (1, 97), (16, 512), (4, 4096)), opset=20),
        operator(FAMILY, "STFT", {"x": "n t 1"}, spectrum, points("n t", (1, 1600), (1, 16000), (4, 16001))),
    ]
