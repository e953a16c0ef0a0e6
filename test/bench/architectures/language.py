"""A decoder of Llama's kind (Touvron et al. 2023): root-mean-square norms, rotary
positions, grouped keys, gated feed-forward, and a cache of keys and values. One
model serves prefill (past = 0) and decoding (seq = 1)."""

import numpy as np
from rows import Input, Row, points

LONGEST = 2048


def rms_norm(g, x, features):
    square = g.add("Mul", x, x)
    mean = g.add("ReduceMean", square, axes=[-1], keepdims=1)
    root = g.add("Sqrt", g.add("Add", mean, g.number(1e-5)))
    gain = g.constant(g.random.uniform(0.8, 1.2, features), np.float32)
    return g.add("Mul", g.add("Div", x, root), gain)


def rotary_tables(width):
    rates = 1e4 ** (-np.arange(0, width, 2) / width)
    angles = np.arange(LONGEST)[:, None] * np.concatenate([rates, rates])[None]
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def rotated(g, x, cos, sin, width):
    """x cos + (the halves exchanged, one negated) sin"""
    low, high = g.add("Split", x, outputs=2, axis=-1)
    turned = g.add("Concat", g.add("Neg", high), low, axis=-1)
    return g.add("Add", g.add("Mul", x, cos), g.add("Mul", turned, sin))


def repeated(g, x, groups, count, width):
    """Each of `groups` heads `count` times."""
    if count == 1:
        return x
    sizes = g.add("Concat", g.extents(x, 0, 1), g.ints(groups, count), g.extents(x, 2, 4), axis=0)
    x = g.add("Expand", g.add("Unsqueeze", x, g.ints(2)), sizes)
    return g.add("Reshape", x, g.ints(0, groups * count, -1, width))


def decoder(layers, features, heads, groups, inner, words):
    width = features // heads

    def body(g):
        seq = g.add("Squeeze", g.extents("ids", 1, 2))
        past = g.add("Squeeze", g.extents("past_key_0", 2, 3))
        total = g.add("Add", past, seq)
        zero, one = g.constant(0, "int64"), g.constant(1, "int64")
        positions = g.add("Range", past, total, one)
        later = g.add("Less", g.add("Unsqueeze", positions, g.ints(1)), g.add("Range", zero, total, one))
        mask = g.add("Where", later, g.number(-1e4), g.number(0))
        cos, sin = (g.add("Gather", g.constant(table), positions) for table in rotary_tables(width))
        x = g.add("Gather", g.normal(words, features), "ids")
        cache = []
        for k in range(layers):
            y = rms_norm(g, x, features)
            query = rotated(g, g.heads(g.linear(y, features, features, False), heads, width), cos, sin, width)
            key = g.heads(g.linear(y, features, groups * width, False), groups, width)
            value = g.heads(g.linear(y, features, groups * width, False), groups, width)
            key = g.add("Concat", f"past_key_{k}", rotated(g, key, cos, sin, width), axis=2)
            value = g.add("Concat", f"past_value_{k}", value, axis=2)
            cache += [key, value]
            y = g.attention(query, repeated(g, key, groups, heads // groups, width),
                            repeated(g, value, groups, heads // groups, width), heads, width, mask)
            x = g.add("Add", x, g.linear(y, features, features, False))
            y = rms_norm(g, x, features)
            gate = g.swish(g.linear(y, features, inner, False))
            y = g.add("Mul", gate, g.linear(y, features, inner, False))
            x = g.add("Add", x, g.linear(y, inner, features, False))
        # The last position's words only, as a generator asks for.
        last = g.add("Gather", rms_norm(g, x, features), g.constant(-1, "int64"), axis=1)
        return [g.linear(last, features, words, False), *cache]

    return body


def rows(tiny=False):
    layers, features, heads, groups, inner, words = (1, 16, 4, 2, 24, 40) if tiny else (8, 1024, 16, 4, 2816, 16384)
    inputs = {"ids": Input("n seq", "int64", words)}
    for k in range(layers):
        for what in ("key", "value"):
            inputs[f"past_{what}_{k}"] = Input(f"n {groups} past {features // heads}")
    body = decoder(layers, features, heads, groups, inner, words)
    prefill = [(1, 5, 0)] if tiny else [(1, 1, 0), (1, 16, 0), (1, 97, 0), (1, 128, 0), (4, 128, 0), (1, 512, 0),
                                        (1, 1024, 0)]
    decode = [(2, 1, 3)] if tiny else [(1, 1, 1), (1, 1, 97), (1, 1, 512), (8, 1, 128), (1, 1, 1021)]
    return [Row("Llama-like prefill", "language", inputs, body, points("n seq past", *prefill)),
            Row("Llama-like decode", "language", inputs, body, points("n seq past", *decode))]
