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


@operator("AttnLSTM")
def attn_lstm(draw, name):
    time, batch, inputs, hidden, steps, depth, width = (draw.extent(1, 4) for _ in range(7))
    direction = draw.choice("forward", "reverse", "bidirectional")
    both = 2 if direction == "bidirectional" else 1
    layer = draw.extent(1, 4) if draw.flag() else None
    attention = layer or depth
    lengths = draw.ints(1, time, (batch,), np.int32) if draw.flag() else None
    if lengths is not None:
        lengths[0] = time  # ONNX Runtime leaves what is behind the longest sequence as it was.
    operands = [draw.reals((time, batch, inputs)), draw.reals((both, 4 * hidden, inputs + attention)),
                draw.reals((both, 4 * hidden, hidden)), draw.maybe(draw.reals((both, 8 * hidden))), lengths,
                draw.maybe(draw.reals((both, batch, hidden))), draw.maybe(draw.reals((both, batch, hidden))),
                draw.maybe(draw.reals((both, 3 * hidden))), draw.reals((both, hidden, width)),
                draw.reals((both, depth, width)), draw.reals((both, width)), draw.reals((batch, steps, depth)),
                draw.maybe(draw.ints(1, steps, (batch,), np.int32)),
                draw.reals((both, depth + hidden, layer)) if layer else None]
    attributes = {"direction": direction, "hidden_size": hidden}
    if draw.flag(0.3):
        attributes["clip"] = 0.5
    return Case(name, operands, attributes, outputs=3)
