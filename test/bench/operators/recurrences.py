"""One layer of LSTM, GRU or RNN."""

from operators.shared import operator
from rows import points

FAMILY = "recurrences"
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def layer(op_type, features, hidden, directions=1):
    gates = GATES[op_type]

    def body(g):
        return g.add(op_type, "x", g.normal(directions, gates * hidden, features, scale=hidden ** -0.5),
                     g.normal(directions, gates * hidden, hidden, scale=hidden ** -0.5),
                     g.normal(directions, 2 * gates * hidden, scale=0.1), hidden_size=hidden,
                     direction="bidirectional" if directions == 2 else "forward")

    return operator(FAMILY, f"{op_type} {features} to {hidden}{', two-way' if directions == 2 else ''}",
                    {"x": f"seq n {features}"}, body, points("seq n", (1, 1), (16, 1), (97, 1), (128, 8)))


def rows():
    return [layer("LSTM", 128, 128), layer("LSTM", 256, 256, 2), layer("GRU", 128, 128), layer("GRU", 64, 256, 2),
            layer("RNN", 128, 128)]
