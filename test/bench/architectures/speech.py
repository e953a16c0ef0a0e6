"""The encoder of Whisper's kind (Radford et al. 2022): two convolutions over time,
then a transformer."""

import numpy as np
from architectures.encoders import feed_forward
from rows import Input, Row, points

LONGEST = 1500


def sinusoids(length, features):
    rates = np.exp(-np.log(1e4) / (features // 2 - 1) * np.arange(features // 2))
    angles = np.arange(length)[:, None] * rates[None]
    return np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)


def over_time(g, x, channels_in, channels_out, stride):
    weight = g.normal(channels_out, channels_in, 3, scale=(3 * channels_in) ** -0.5)
    return g.add("Conv", x, weight, g.normal(channels_out, scale=0.1), kernel_shape=[3], strides=[stride], pads=[1, 1])


def encoder(layers, features, heads, bands):
    def body(g):
        x = g.gelu(over_time(g, "mel", bands, features, 1))
        x = g.gelu(over_time(g, x, features, features, 2))
        x = g.add("Transpose", x, perm=[0, 2, 1])
        table = g.constant(sinusoids(LONGEST, features))
        x = g.add("Add", x, g.add("Slice", table, g.ints(0), g.extents(x, 1, 2)))
        for _ in range(layers):
            x = g.add("Add", x, g.self_attention(g.layer_norm(x, features), features, heads))
            x = g.add("Add", x, feed_forward(g, g.layer_norm(x, features), features, 4 * features))
        return g.layer_norm(x, features)

    return body


def rows(tiny=False):
    body = encoder(1, 16, 2, 5) if tiny else encoder(6, 512, 8, 80)
    at = [(2, 11)] if tiny else [(1, 2), (1, 97), (1, 512), (4, 512), (1, 1021), (1, 3000)]
    mel = Input(f"n {5 if tiny else 80} frames")
    return [Row("Whisper-like encoder", "speech", {"mel": mel}, body, points("n frames", *at))]
