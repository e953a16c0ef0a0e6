"""Sums, extremes, softmax and normalisations."""

from operators.shared import OPSET, node, operator
from rows import points

FAMILY = "reductions"
IMAGES = points("n h w", (1, 7, 7), (1, 56, 56), (1, 97, 101), (4, 56, 56), (1, 180, 320))
MATRICES = points("n m", (1, 1000), (64, 1000), (131, 97), (1024, 1024), (7, 100003))


def reduce(op_type, axes):
    where = {(-1,): "width", (1,): "channels", (2, 3): "image", (0, 1, 2, 3): "all"}[axes]
    return operator(FAMILY, f"{op_type}, {where}", {"x": "n 64 h w"},
                    lambda g: g.add(op_type, "x", g.ints(*axes)), IMAGES)


def norm(features):
    at = points("n s", (1, 1), (1, 97), (1, 128), (8, 128), (1, 1021))
    return operator(FAMILY, f"LayerNormalization {features}", {"x": f"n s {features}"},
                    lambda g: g.layer_norm("x", features), at)


def channels_norm(op_type, opset=OPSET, **attributes):
    return operator(FAMILY, op_type, {"x": "n 64 h w"},
                    lambda g: g.add(op_type, "x", g.normal(64), g.normal(64), **attributes), IMAGES, opset)


def rows():
    return [
        *(reduce(op_type, axes) for op_type in ("ReduceMean", "ReduceMax", "ReduceL2")
          for axes in ((-1,), (1,), (2, 3), (0, 1, 2, 3))),
        operator(FAMILY, "ReduceSum, columns", {"x": "n m"}, lambda g: g.add("ReduceSum", "x", g.ints(0)), MATRICES),
        operator(FAMILY, "ArgMax, channels", {"x": "n 21 h w"}, node("ArgMax", "x", axis=1), IMAGES),
        operator(FAMILY, "ArgMax, rows", {"x": "n m"}, node("ArgMax", "x", axis=-1), MATRICES),
        operator(FAMILY, "CumSum", {"x": "n m"}, lambda g: g.add("CumSum", "x", g.constant(1, "int64")), MATRICES),
        operator(FAMILY, "Softmax, rows", {"x": "n m"}, node("Softmax", "x", axis=-1), MATRICES),
        operator(FAMILY, "Softmax, channels", {"x": "n 21 h w"}, node("Softmax", "x", axis=1), IMAGES),
        operator(FAMILY, "Softmax, scores", {"x": "n 12 s s"}, node("Softmax", "x", axis=-1),
                 points("n s", (1, 16), (1, 131), (8, 128), (1, 512))),
        operator(FAMILY, "LogSoftmax", {"x": "n m"}, node("LogSoftmax", "x", axis=-1), MATRICES),
        norm(768), norm(64),
        channels_norm("InstanceNormalization"), channels_norm("GroupNormalization", 21, num_groups=8),
        operator(FAMILY, "TopK 5", {"x": "n m"}, lambda g: g.add("TopK", "x", g.ints(5), outputs=2, axis=-1),
                 MATRICES),
        operator(FAMILY, "TopK 300", {"x": "n m"}, lambda g: g.add("TopK", "x", g.ints(300), outputs=2, axis=-1),
                 points("n m", (1, 1000), (1, 8400), (4, 25200))),
    ]
