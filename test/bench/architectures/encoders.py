"""BERT (Devlin et al. 2018)."""

from rows import Input, Row, points

WORDS, LONGEST = 30522, 1024


def feed_forward(g, x, features, inner):
    return g.linear(g.gelu(g.linear(x, features, inner)), inner, features)


def bert(layers, features, heads, words):
    def body(g):
        length = g.extents("ids", 1, 2)
        positions = g.add("Slice", g.normal(1, LONGEST, features), g.ints(0), length, g.ints(1))
        x = g.add("Add", g.add("Gather", g.normal(words, features), "ids"), positions)
        x = g.layer_norm(x, features)
        # 0 where there is a word, a large negative number elsewhere.
        mask = g.add("Unsqueeze", g.add("Cast", "mask", to=1), g.ints(1, 2))
        mask = g.add("Mul", g.add("Sub", g.number(1), mask), g.number(-1e4))
        for _ in range(layers):
            x = g.layer_norm(g.add("Add", x, g.self_attention(x, features, heads, mask)), features)
            x = g.layer_norm(g.add("Add", x, feed_forward(g, x, features, 4 * features)), features)
        first = g.add("Gather", x, g.constant(0, "int64"), axis=1)
        return x, g.add("Tanh", g.linear(first, features, features))

    return body


def rows(tiny=False):
    body = bert(1, 16, 2, 50) if tiny else bert(12, 768, 12, WORDS)
    at = [(2, 7)] if tiny else [(1, 1), (1, 16), (1, 97), (1, 128), (8, 128), (1, 512), (1, 1021)]
    inputs = {"ids": Input("n seq", "int64", 50 if tiny else WORDS), "mask": Input("n seq", "int64", ones=True)}
    return [Row("BERT-base", "encoders", inputs, body, points("n seq", *at))]
