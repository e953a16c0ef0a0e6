"""Recurrences whose state is an operand and a result."""

import numpy as np

from draw import Case, operator


@operator("LinearAttention")
def linear_attention(draw, name):
    batch, length, few, times = draw.extent(1, 3), draw.extent(1, 6), draw.extent(1, 3), draw.extent(1, 3)
    q_heads, kv_heads = draw.choice((few * times, few), (few, few * times), (few, few))
    keys, values = draw.choice(4, 8), draw.choice(4, 8)
    rule = draw.choice("linear", "gated", "delta", "gated_delta")
    attributes = {"q_num_heads": q_heads, "kv_num_heads": kv_heads, "update_rule": rule}
    if draw.flag(0.3):
        attributes["scale"] = 0.3
    window = draw.extent(1, 4) if draw.flag(0.4) else 0
    if window:
        attributes["state_window"] = window
    state = [*([window] if window else []), batch, kv_heads, keys, values]
    key = draw.reals((batch, length, kv_heads, keys))
    key /= np.linalg.norm(key, axis=-1, keepdims=True)
    gates = draw.choice(kv_heads, kv_heads * keys)
    operands = [draw.reals((batch, length, q_heads * keys)), key.reshape(batch, length, -1),
                draw.reals((batch, length, kv_heads * values)), draw.maybe(draw.reals(state)),
                -draw.positive((batch, length, gates)) if "gated" in rule else None,
                draw.positive((batch, length, draw.choice(1, kv_heads)), 0.1, 0.9) if "delta" in rule else None]
    return Case(name, operands, attributes, outputs=2)


@operator("CausalConvWithState")
def causal_conv_with_state(draw, name):
    batch, channels, length, taps = draw.extent(1, 3), draw.extent(1, 4), draw.extent(1, 6), draw.extent(2, 4)
    dilation, window = draw.choice(1, 1, 2, 3), draw.extent(1, 4) if draw.flag(0.4) else 0
    last, times = draw.flag(0.4), draw.extent(1, 2)
    history = (taps - 1) * dilation
    shape, state = [batch, channels, length], [batch, channels, history]
    if last:
        features = [times, channels] if draw.flag(0.3) else [channels * times]
        shape, state, channels = [batch, length, *features], [batch, history, *features], channels * times
    attributes = {"activation": draw.choice("none", "silu", "swish"), "dilation": dilation, "state_window": window,
                  "channels_last": int(last)}
    operands = [draw.reals(shape), draw.reals((channels, 1, taps)), draw.maybe(draw.reals((channels,))),
                draw.maybe(draw.reals([window, *state] if window else state))]
    return Case(name, operands, attributes, outputs=2)
