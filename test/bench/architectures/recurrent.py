"""Stacks of LSTM and GRU layers over a sequence."""

from rows import Input, Row, points


def stack(op_type, gates, features, hidden, layers, directions):
    def body(g):
        x, before = "x", features
        for _ in range(layers):
            scale = hidden ** -0.5
            weights = [g.normal(directions, gates * hidden, before, scale=scale),
                       g.normal(directions, gates * hidden, hidden, scale=scale),
                       g.normal(directions, 2 * gates * hidden, scale=0.1)]
            # GRU: as torch exports it.
            extra = {"linear_before_reset": 1} if op_type == "GRU" else {}
            y = g.add(op_type, x, *weights, hidden_size=hidden,
                      direction="bidirectional" if directions == 2 else "forward", **extra)
            # (seq, directions, n, hidden) to (seq, n, directions x hidden)
            y = g.add("Transpose", y, perm=[0, 2, 1, 3])
            x, before = g.add("Reshape", y, g.ints(0, 0, directions * hidden)), directions * hidden
        return g.linear(x, before, 40)

    return body


def rows(tiny=False):
    features, hidden, layers = (5, 7, 1) if tiny else (80, 256, 2)
    at = points("seq n", *([(4, 2)] if tiny else [(1, 1), (16, 1), (97, 1), (128, 8), (512, 1), (1024, 1)]))
    kinds = [("LSTM", 4, 1), ("LSTM", 4, 2), ("GRU", 3, 1), ("GRU", 3, 2)]
    return [Row(f"{op_type} {'two-way' if directions == 2 else 'one-way'}", "recurrent",
                {"x": Input(f"seq n {features}")}, stack(op_type, gates, features, hidden, layers, directions), at)
            for op_type, gates, directions in kinds]
