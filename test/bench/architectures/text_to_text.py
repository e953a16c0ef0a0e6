"""T5's encoder, and one step of its decoder (Raffel et al. 2020): root-mean-square norms
before each part, no biases, a learned bias for each distance of positions. The step reads
a cache of its own keys and values, and the encoder's, projected once before."""

import numpy as np
from architectures.language import rms_norm
from rows import Input, Row, points

LONGEST, BUCKETS, FARTHEST = 1024, 32, 128


def buckets(distances, both_ways):
    """The number of a distance's bias: near ones have their own, far ones share it."""
    count, found = BUCKETS, np.zeros_like(distances)
    if both_ways:
        count //= 2
        found = np.where(distances > 0, count, 0)
        distances = np.abs(distances)
    else:
        distances = np.maximum(-distances, 0)
    exact = count // 2
    far = exact + (np.log(np.maximum(distances, 1) / exact) / np.log(FARTHEST / exact) * (count - exact)).astype(int)
    return found + np.where(distances < exact, distances, np.minimum(far, count - 1))


def relative_bias(g, heads, both_ways, rows, columns):
    """(1, heads, queries, keys); `rows` and `columns` give the begin and end of positions."""
    distances = np.arange(LONGEST)[None] - np.arange(LONGEST)[:, None]
    table = g.constant(buckets(distances, both_ways), "int32")
    table = g.add("Slice", g.add("Slice", table, *rows, g.ints(0)), *columns, g.ints(1))
    bias = g.add("Gather", g.normal(BUCKETS, heads), table)
    return g.add("Unsqueeze", g.add("Transpose", bias, perm=[2, 0, 1]), g.ints(0))


def attend(g, query, key, value, heads, width, features, bias=None):
    """T5 does not scale the products."""
    scores = g.add("MatMul", query, g.add("Transpose", key, perm=[0, 1, 3, 2]))
    scores = g.add("Add", scores, bias) if bias is not None else scores
    x = g.add("MatMul", g.add("Softmax", scores, axis=-1), value)
    x = g.add("Reshape", g.add("Transpose", x, perm=[0, 2, 1, 3]), g.ints(0, 0, heads * width))
    return g.linear(x, heads * width, features, False)


def projected(g, x, features, heads, width, count, scale=1.0):
    """`count` projections of x, in heads. Queries of small scale keep the softmax soft."""
    found = []
    for k in range(count):
        weight = g.normal(features, heads * width, scale=features ** -0.5 * (scale if k == 0 else 1))
        found.append(g.heads(g.add("MatMul", x, weight), heads, width))
    return found


def feed_forward(g, x, features, inner):
    y = g.add("Relu", g.linear(rms_norm(g, x, features), features, inner, False))
    return g.add("Add", x, g.linear(y, inner, features, False))


def encoder(layers, features, heads, width, inner, words):
    def body(g):
        x = g.add("Gather", g.normal(words, features), "ids")
        ends = g.ints(0), g.extents("ids", 1, 2)
        bias = relative_bias(g, heads, True, ends, ends)
        for _ in range(layers):
            q, k, v = projected(g, rms_norm(g, x, features), features, heads, width, 3, width ** -0.5)
            x = g.add("Add", x, attend(g, q, k, v, heads, width, features, bias))
            x = feed_forward(g, x, features, inner)
        return rms_norm(g, x, features)

    return body


def decoder_step(layers, features, heads, width, inner, words):
    def body(g):
        x = g.add("Gather", g.normal(words, features), "ids")
        past = g.extents("past_key_0", 2, 3)
        total = g.add("Add", past, g.ints(1))
        bias = relative_bias(g, heads, False, (past, total), (g.ints(0), total))
        cache = []
        for layer in range(layers):
            q, k, v = projected(g, rms_norm(g, x, features), features, heads, width, 3, width ** -0.5)
            k = g.add("Concat", f"past_key_{layer}", k, axis=2)
            v = g.add("Concat", f"past_value_{layer}", v, axis=2)
            cache += [k, v]
            x = g.add("Add", x, attend(g, q, k, v, heads, width, features, bias))
            q, = projected(g, rms_norm(g, x, features), features, heads, width, 1, width ** -0.5)
            x = g.add("Add", x, attend(g, q, f"encoder_key_{layer}", f"encoder_value_{layer}", heads, width, features))
            x = feed_forward(g, x, features, inner)
        return [g.linear(rms_norm(g, x, features), features, words, False), *cache]

    return body


def rows(tiny=False):
    layers, features, heads, width, inner, words = (1, 16, 2, 8, 24, 40) if tiny else (6, 512, 8, 64, 2048, 32128)
    shape = layers, features, heads, width, inner, words
    inputs = {"ids": Input("n 1", "int64", words)}
    for k in range(layers):
        inputs |= {f"{where}_{what}_{k}": Input(f"n {heads} {size} {width}")
                   for where, size in (("past", "past"), ("encoder", "seq")) for what in ("key", "value")}
    encoded = [(2, 7)] if tiny else [(1, 16), (1, 97), (1, 128), (8, 128), (1, 512)]
    steps = [(2, 3, 7)] if tiny else [(1, 1, 128), (1, 97, 128), (8, 64, 128), (1, 512, 512)]
    return [Row("T5-like encoder", "text to text", {"ids": Input("n seq", "int64", words)}, encoder(*shape),
                points("n seq", *encoded)),
            Row("T5-like decoder step", "text to text", inputs, decoder_step(*shape), points("n past seq", *steps))]
