"""What moves elements and computes nothing."""

import numpy as np
from operators.shared import node, operator
from rows import Input, points

FAMILY = "movement"
IMAGES = points("n h w", (1, 7, 7), (1, 56, 56), (1, 97, 101), (4, 112, 112))
SQUARES = points("n m", (7, 13), (97, 101), (1024, 1024))


def transpose(dims, perm, at):
    return operator(FAMILY, f"Transpose {dims.replace(' ', ',')} by {','.join(map(str, perm))}", {"x": dims},
                    node("Transpose", "x", perm=perm), at)


def slices(g):
    return g.add("Slice", "x", g.ints(0, 0), g.ints(1 << 30, 1 << 30), g.ints(2, 3), g.ints(2, 2))


def pad(mode):
    return operator(FAMILY, f"Pad, {mode}", {"x": "n 64 h w"}, lambda g: g.add(
        "Pad", "x", g.ints(0, 0, 3, 3, 0, 0, 3, 3), mode=mode), IMAGES)


def concat(count, dims, axis, at):
    names = [f"x{k}" for k in range(count)]
    return operator(FAMILY, f"Concat {count} of {dims.replace(' ', ',')} at {axis}", dict.fromkeys(names, dims),
                    lambda g: g.add("Concat", *names, axis=axis), at)


def scatter(g):
    """To every second row."""
    place = g.add("Unsqueeze", g.add("Range", g.constant(0, "int64"), g.add(
        "Mul", g.add("Squeeze", g.extents("u", 0, 1)), g.constant(2, "int64")), g.constant(2, "int64")), g.ints(1))
    return g.add("ScatterND", "x", place, "u")


def rows():
    heads = points("n s", (1, 16), (1, 131), (4, 128))
    picked = Input("n k", "int64", 97)
    return [
        transpose("n 64 h w", (0, 2, 3, 1), IMAGES), transpose("n h w 64", (0, 3, 1, 2), IMAGES),
        transpose("n s 12 64", (0, 2, 1, 3), heads), transpose("n 12 s 64", (0, 1, 3, 2), heads),
        transpose("n m", (1, 0), SQUARES), transpose("n m k", (2, 0, 1), points("n m k", (7, 11, 13), (97, 101, 103))),
        transpose("1 85 n", (0, 2, 1), points("n", 97, 8400)),
        concat(2, "n 64 h w", 1, IMAGES), concat(4, "n 64 h w", 1, IMAGES[:3]), concat(2, "n m", 1, SQUARES),
        operator(FAMILY, "Split", {"x": "n 128 h w"}, node("Split", "x", outputs=2, axis=1, num_outputs=2), IMAGES),
        operator(FAMILY, "Slice of step 2", {"x": "n 64 h w"}, slices, IMAGES),
        pad("constant"), pad("reflect"),
        operator(FAMILY, "Expand", {"x": "1 1 m"}, lambda g: g.add("Expand", "x", g.ints(64, 128, 1)),
                 points("m", 1, 97, 128)),
        operator(FAMILY, "Tile", {"x": "n 64 h w"}, lambda g: g.add("Tile", "x", g.ints(1, 1, 2, 2)), IMAGES[:3]),
        operator(FAMILY, "Gather, words", {"i": Input("n s", "int64", 30522)},
                 lambda g: g.add("Gather", g.normal(30522, 768), "i"), points("n s", (1, 1), (1, 131), (8, 128))),
        operator(FAMILY, "Gather, columns", {"x": "n 97", "i": Input("k", "int64", 97)},
                 node("Gather", "x", "i", axis=1), points("n k", (1, 7), (64, 100), (1021, 97))),
        operator(FAMILY, "GatherElements", {"x": "n 97", "i": picked}, node("GatherElements", "x", "i", axis=1),
                 points("n k", (1, 7), (64, 1000), (1021, 97))),
        operator(FAMILY, "GatherND", {"x": "256 m", "i": Input("n 1", "int64", 256)}, node("GatherND", "x", "i"),
                 points("n m", (7, 13), (1000, 64))),
        operator(FAMILY, "ScatterND", {"x": "4096 m", "u": "n m"}, scatter, points("n m", (7, 13), (512, 64))),
        operator(FAMILY, "DepthToSpace", {"x": "n 64 h w"}, node("DepthToSpace", "x", blocksize=2), IMAGES),
        operator(FAMILY, "OneHot", {"i": Input("n", "int64", 1000)}, lambda g: g.add(
            "OneHot", "i", g.ints(1000), g.constant([0, 1], np.float32)), points("n", 7, 1021)),
    ]
