"""Element by element: functions, two operands, broadcasts."""

from operators.shared import OPSET, node, operator
from rows import Input, points

FAMILY = "elementwise"
FUNCTIONS = ["Relu", "Sigmoid", "Tanh", "Exp", "Log", "Erf", "Gelu", "HardSwish", "Softplus", "Elu", "Mish", "Sqrt",
             "Reciprocal", "Abs", "Neg", "Floor", "Sin"]


def lengths():
    return points("n", 1, 97, 4096, 100003, 802816)


def rows():
    # |x| makes Log and Sqrt real.
    positive = ("Log", "Sqrt")
    found = [operator(FAMILY, name, {"x": "n"}, (lambda g, name=name: g.add(name, g.add("Abs", "x")))
                      if name in positive else node(name, "x"), lengths(), 20 if name == "Gelu" else OPSET)
             for name in FUNCTIONS]
    same = {"x": "n", "z": "n"}
    found += [operator(FAMILY, name, same, node(name, "x", "z"), lengths()) for name in ("Add", "Mul", "Div", "Max")]
    maps = points("n h w", (1, 7, 7), (1, 56, 56), (1, 97, 101), (8, 112, 112))
    channels = {"x": "n 64 h w"}
    found += [
        operator(FAMILY, "Add, a channel's", {**channels, "z": "1 64 1 1"}, node("Add", "x", "z"), maps),
        operator(FAMILY, "Add, an image's", {**channels, "z": "1 1 h w"}, node("Add", "x", "z"), maps),
        operator(FAMILY, "Mul, gated", {**channels, "z": "n 64 1 1"}, node("Mul", "x", "z"), maps),
        operator(FAMILY, "PRelu", channels, lambda g: g.add("PRelu", "x", g.normal(64, 1, 1)), maps),
        operator(FAMILY, "Add, outer", {"x": "n 1", "z": "1 m"}, node("Add", "x", "z"),
                 points("n m", (7, 13), (131, 97), (1024, 1024))),
        operator(FAMILY, "Add, a mask", {"x": "n 12 s s", "z": "n 1 1 s"}, node("Add", "x", "z"),
                 points("n s", (1, 16), (1, 131), (8, 128))),
        operator(FAMILY, "Pow, a number", {"x": "n"}, lambda g: g.add("Pow", g.add("Abs", "x"), g.number(1.7)),
                 lengths()),
        operator(FAMILY, "Where", {"c": Input("n 1 s s", "bool"), "x": "n 12 s s"},
                 lambda g: g.add("Where", "c", "x", g.number(-1e4)), points("n s", (1, 16), (1, 131), (8, 128))),
        operator(FAMILY, "Clip", {"x": "n"}, lambda g: g.add("Clip", "x", g.number(0), g.number(6)), lengths()),
        operator(FAMILY, "BatchNormalization", channels, lambda g: g.add(
            "BatchNormalization", "x", g.normal(64), g.normal(64), g.normal(64), g.constant([1.5] * 64, "float32")),
            maps),
        operator(FAMILY, "Cast to int32", {"x": "n"}, node("Cast", "x", to=6), lengths()),
        operator(FAMILY, "Cast to float16", {"x": "n"}, node("Cast", "x", to=10), lengths()),
    ]
    return found
