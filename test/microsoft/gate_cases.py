"""Gates, parallel residual streams and normalisations by group."""

import numpy as np

from draw import Case, operator


@operator("GatedRMSNorm")
def gated_rms_norm(draw, name):
    group = draw.extent()
    shape = [*draw.shape(0, 2), group * draw.extent(1, 3)]
    attributes = {"activation": draw.choice("silu", "swish", "sigmoid")} if draw.flag() else {}
    return Case(name, [draw.reals(shape), draw.reals((group,)), draw.reals(shape)], attributes)


@operator("BranchwiseRMSNorm")
def branchwise_rms_norm(draw, name):
    branches, features = draw.extent(), draw.extent()
    leading = draw.shape(1, 2)
    flat = draw.flag()
    scale = draw.choice(None, (branches * features,), (branches, features), (features,))
    return Case(name, [draw.reals([*leading, branches * features] if flat else [*leading, branches, features]),
                       None if scale is None else draw.reals(scale)], {"num_branches": branches} if flat else {})


@operator("GatedAdd")
def gated_add(draw, name):
    shape = draw.shape(1, 4)
    return Case(name, [draw.reals(shape), draw.reals(shape), draw.reals([*shape[:-1], 1])])


@operator("ScaledSiLU")
def scaled_silu(draw, name):
    return Case(name, [draw.reals(draw.shape(), 3), draw.maybe(draw.reals(()))], {"alpha": 0.7} if draw.flag() else {})


@operator("LinearAttentionGate")
def linear_attention_gate(draw, name):
    shape = [draw.extent(), draw.extent(), draw.extent()]
    with_rate = draw.flag()
    operands = [draw.reals(shape, 5), draw.reals(shape[-1:]), draw.reals(shape[-1:])]
    return Case(name, operands + [draw.reals(shape)] * with_rate, outputs=1 + with_rate)


def streams(draw):
    """The shape of grouped streams, and how they are given."""
    branches, features = draw.extent(1, 4), draw.extent()
    leading = draw.shape(1, 2)
    flat = draw.flag()
    given = [*leading, branches * features] if flat else [*leading, branches, features]
    return leading, branches, features, draw.reals(given), {"num_branches": branches} if flat else {}


@operator("HyperConnectionPreMix")
def hyper_connection_pre_mix(draw, name):
    leading, branches, features, x, attributes = streams(draw)
    forms = [(branches,), (branches, 1), (branches, features)] + [(branches * features,)] * bool(attributes)
    if draw.flag():
        attributes["reduction_scale"] = 0.5
    return Case(name, [x, draw.reals([*leading, *draw.choice(*forms)])], attributes)


@operator("HyperConnectionPostMix")
def hyper_connection_post_mix(draw, name):
    leading, branches, features, x, attributes = streams(draw)
    form = draw.choice((branches,), (branches, 1), (branches, features))
    return Case(name, [x, draw.reals([*leading, features]), draw.reals([*leading, *form]),
                       draw.maybe(draw.reals([*leading, branches, branches]))], attributes)


@operator("HyperConnectionLowRankMix")
def hyper_connection_low_rank_mix(draw, name):
    branches, features, rank = draw.extent(1, 4), draw.extent(), draw.extent()
    leading, width = draw.shape(1, 2), branches * features
    x, scale = draw.reals([*leading, width]), draw.reals((width,))
    weights = [draw.reals(shape) for shape in ((width, rank), (rank, width), (width, branches))]
    before = [draw.reals([*leading, features]), draw.reals([*leading, branches])] if draw.flag() else []
    attributes = {"num_branches": branches, "silu_alpha": 0.7, "gate_div": 2.0, "gate_mul": 1.5, "reduction_scale": 0.5}

    def sigmoid(v):
        return 1 / (1 + np.exp(-v))

    def expected():
        s = x.reshape(*leading, branches, features)
        if before:
            s = s + before[1][..., None] * before[0][..., None, :]
        n = s / np.sqrt((s.astype(np.float64) ** 2).mean(-1, keepdims=True) + 1e-5) * scale.reshape(branches, features)
        flat = n.reshape(x.shape)
        z = 0.7 * (flat @ weights[0])
        gates = sigmoid((z * sigmoid(z)) @ weights[1]).reshape(s.shape)
        gate = sigmoid(flat @ weights[2] / 2) * 1.5
        return [r.astype(np.float32) for r in ((n * gates).sum(-2) * 0.5, gate, s.reshape(x.shape))]

    return Case(name, [x, scale, *weights, *before], attributes, outputs=3, expected=expected, scale=4)


@operator("EngramGate")
def engram_gate(draw, name):
    batch, length, branches, hidden = draw.extent(1, 2), draw.extent(1, 4), draw.extent(1, 3), draw.extent()
    shape = [batch, length, branches, hidden]
    normed = draw.flag()
    operands = [draw.reals(shape), draw.reals(shape), draw.reals([batch, length, hidden]), draw.reals([branches, hidden]),
                draw.reals([branches, hidden])]
    return Case(name, operands + [draw.reals([branches, hidden])] * normed, outputs=1 + normed)


@operator("IsAllFinite")
def is_all_finite(draw, name):
    arrays = [draw.reals(draw.shape(0, 3)) for _ in range(draw.extent(1, 3))]
    bad = draw.choice(0, np.nan, np.inf, -np.inf)
    if bad != 0:
        arrays[-1].flat[0] = bad
    form = draw.choice("", "isnan_only", "isinf_only")
    found = {"": not np.isfinite(bad), "isnan_only": np.isnan(bad), "isinf_only": np.isinf(bad)}[form]
    return Case(name, arrays, {form: 1} if form else {}, expected=[np.array(not found)])
