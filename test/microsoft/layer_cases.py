"""Normalisations, activations and fused layers on real numbers."""

import numpy as np

from draw import Case, operator


@operator("SimplifiedLayerNormalization")
def simplified_layer_normalization(draw, name):
    shape = draw.shape(2, 4)
    axis = draw.extent(0, len(shape) - 1)
    attributes = {"axis": draw.choice(axis, axis - len(shape))}
    if draw.flag():
        attributes["epsilon"] = 0.01
    return Case(name, [draw.reals(shape), draw.reals(shape[axis:])], attributes, outputs=draw.choice(1, 2), domain="")


@operator("SkipLayerNormalization", "SkipSimplifiedLayerNormalization")
def skip_layer_normalization(draw, name):
    batch, length, hidden = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 9)
    shape = [batch, length, hidden] if draw.flag(0.7) else [batch, hidden]
    skip = shape if len(shape) == 2 else draw.choice(shape, [draw.extent(1, 5), length, hidden], [length, hidden])
    operands = [draw.reals(shape), draw.reals(skip), draw.reals((hidden,))]
    if name == "SkipLayerNormalization":
        operands.append(draw.maybe(draw.reals((hidden,))))
    operands.append(draw.maybe(draw.reals((hidden,))))
    attributes = {"epsilon": 0.01} if draw.flag() else {"epsilon": 1e-5}
    return Case(name, operands, attributes, outputs=4, unspecified=(1, 2))


@operator("EmbedLayerNormalization")
def embed_layer_normalization(draw, name):
    batch, length, hidden, rows = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 9), draw.extent(2, 9)
    with_segments = draw.flag()
    ids = draw.ints(0, rows - 1, (batch, length), np.int32)
    operands = [ids, draw.ints(0, 1, (batch, length), np.int32) if with_segments else None, draw.reals((rows, hidden)),
                draw.reals((length + 2, hidden)), draw.reals((2, hidden)) if with_segments else None,
                draw.reals((hidden,)), draw.reals((hidden,)),
                draw.maybe(draw.ints(0, 1, (batch, length), np.int32)),
                draw.maybe(draw.ints(0, length + 1, (draw.choice(1, batch), length), np.int32))]
    return Case(name, operands, {"epsilon": 1e-5}, outputs=draw.choice(2, 3))


@operator("Gelu", "QuickGelu", "FastGelu", "BiasGelu")
def gelus(draw, name):
    shape = draw.shape()
    operands = [draw.reals(shape, 2)]
    if name == "BiasGelu" or (name == "FastGelu" and draw.flag()):
        operands.append(draw.reals(shape[-1:]))
    return Case(name, operands, {"alpha": 1.5} if name == "QuickGelu" and draw.flag() else {})


def convolution(draw, last=False):
    group = draw.choice(1, 1, 2)
    channels, filters = group * draw.extent(1, 4), group * draw.extent(1, 4)
    kernel = [draw.extent(1, 3), draw.extent(1, 3)]
    extents = [draw.extent(4, 8), draw.extent(4, 8)]
    shape = [draw.extent(1, 2), *extents, channels] if last else [draw.extent(1, 2), channels, *extents]
    w = draw.reals([filters, channels // group, *kernel])
    attributes = {"group": group, "kernel_shape": kernel}
    strides, pads = [1, 1], [0] * 4
    if draw.flag():
        strides, pads = [draw.extent(1, 2) for _ in kernel], [draw.extent(0, 2) for _ in range(4)]
        attributes.update(strides=strides, pads=pads)
    result = [(extents[d] + pads[d] + pads[d + 2] - kernel[d]) // strides[d] + 1 for d in range(2)]
    return draw.reals(shape), w, draw.maybe(draw.reals((filters,))), attributes, [shape[0], filters, *result]


ACTIVATIONS = {"Relu": 0, "Tanh": 0, "Sigmoid": 0, "LeakyRelu": 1, "Clip": 2, "HardSigmoid": 2, "HardSwish": 0}


@operator("FusedConv")
def fused_conv(draw, name):
    x, w, bias, attributes, result = convolution(draw)
    activation = draw.choice(*ACTIVATIONS)
    if draw.flag(0.9):
        attributes["activation"] = activation
        if ACTIVATIONS[activation]:
            attributes["activation_params"] = [-0.5, 1.5] if activation == "Clip" else [0.25, 0.5][:ACTIVATIONS[activation]]
    return Case(name, [x, w, bias, draw.maybe(draw.reals(result), 0.4)], attributes)


@operator("FusedGemm")
def fused_gemm(draw, name):
    m, k, n = draw.extent(), draw.extent(), draw.extent()
    attributes = {"transA": draw.choice(0, 1), "transB": draw.choice(0, 1), "alpha": draw.choice(1.0, 0.5)}
    attributes["activation"] = draw.choice("Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid", "Elu", "Softplus",
                                           "Softsign", "ThresholdedRelu", "ParametricSoftplus", "ScaledTanh", "Selu",
                                           "Celu")
    attributes.update(activation_alpha=0.3, activation_beta=0.4, activation_gamma=0.5)
    a = draw.reals([k, m] if attributes["transA"] else [m, k])
    b = draw.reals([n, k] if attributes["transB"] else [k, n])
    return Case(name, [a, b, draw.maybe(draw.reals(draw.choice((n,), (m, n), (1, n), (m, 1))))], attributes)


@operator("FusedMatMul", "TransposeMatMul")
def fused_mat_mul(draw, name):
    m, k, n = draw.extent(), draw.extent(), draw.extent()
    batch = draw.choice([], [2], [2, 3])
    attributes = {"transA": draw.choice(0, 1), "transB": draw.choice(0, 1), "alpha": draw.choice(1.0, 0.5)}
    a = draw.reals([*batch, *([k, m] if attributes["transA"] else [m, k])])
    b = draw.reals([*batch, *([n, k] if attributes["transB"] else [k, n])])
    return Case(name, [a, b], attributes)


def normalized(x, axes, epsilon=1e-5):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


@operator("GroupNorm", "SkipGroupNorm")
def group_norms(draw, name):
    groups, last = draw.extent(1, 3), draw.choice(0, 1)
    batch, channels, height, width = draw.extent(1, 3), groups * draw.extent(1, 3), draw.extent(1, 4), draw.extent(1, 4)
    x = draw.reals([batch, channels, height, width])
    gamma, beta = draw.reals((channels,)), draw.reals((channels,))
    attributes = {"groups": groups, "activation": draw.choice(0, 1), "channels_last": last}
    outer = (lambda y: y.transpose(0, 2, 3, 1)) if last else (lambda y: y)
    operands = [outer(x), gamma, beta]
    total = x
    if name == "SkipGroupNorm":
        skip = draw.reals([batch, channels, *draw.choice([height, width], [1, 1])])
        bias = draw.maybe(draw.reals((channels,)))
        total = x + skip + (0 if bias is None else bias.reshape(-1, 1, 1))
        if skip.shape[2:] == (1, 1) and draw.flag():
            operands += [skip.reshape(batch, channels), bias]
        else:
            operands += [outer(skip), bias]
    y = normalized(total.reshape(batch, groups, -1), 2).reshape(x.shape)
    y = y * gamma.reshape(-1, 1, 1) + beta.reshape(-1, 1, 1)
    if attributes["activation"]:
        y = y / (1 + np.exp(-y))
    results = [outer(y)] + ([outer(total)] if name == "SkipGroupNorm" else [])
    return Case(name, operands, attributes, outputs=len(results), expected=[r.astype(np.float32) for r in results])


def erf(x):
    from math import erf as scalar_erf
    return np.vectorize(scalar_erf)(x).astype(np.float32)


@operator("BiasSplitGelu")
def bias_split_gelu(draw, name):
    shape = [draw.extent(), draw.extent(), 2 * draw.extent()]
    x, bias = draw.reals(shape), draw.reals(shape[-1:])
    left, right = np.split(x + bias, 2, axis=-1)
    return Case(name, [x, bias], expected=[left * right / 2 * (1 + erf(right / np.sqrt(2)))])


@operator("BiasAdd")
def bias_add(draw, name):
    shape = [draw.extent(), draw.extent(), draw.extent()]
    x, bias, skip = draw.reals(shape), draw.reals(shape[-1:]), draw.reals(shape)
    return Case(name, [x, bias, skip], expected=[x + bias + skip])


@operator("BiasSoftmax")
def bias_softmax(draw, name):
    shape = draw.shape(2, 4)
    axis = draw.extent(0, len(shape) - 1)
    data, bias = draw.reals(shape), draw.reals([e if draw.flag() else 1 for e in shape])
    axes = tuple(range(axis, len(shape)))
    exponentials = np.exp(data + bias)
    return Case(name, [data, bias], {"axis": axis, "is_inner_broadcast": draw.choice(0, 1)},
                expected=[exponentials / exponentials.sum(axes, keepdims=True)])


@operator("BiasDropout")
def bias_dropout(draw, name):
    shape = draw.shape(1, 3)
    data, bias = draw.reals(shape), draw.reals(draw.choice(shape, shape[-1:]))
    residual = draw.maybe(draw.reals(shape))
    results = [data + bias + (0 if residual is None else residual), np.ones(shape, bool)]
    return Case(name, [data, bias, residual], outputs=2, expected=results)


@operator("BitmaskBiasDropout")
def bitmask_bias_dropout(draw, name):
    case = bias_dropout(draw, name)
    case.expected[1] = ones_in_bits(case.operands[0])
    return case


@operator("BitmaskDropout")
def bitmask_dropout(draw, name):
    data = draw.reals(draw.shape(0, 3))
    return Case(name, [data, draw.maybe(np.float32(0.3))], outputs=2, expected=[data, ones_in_bits(data)])


def ones_in_bits(data):
    return np.full(-(-data.size // 32), 2 ** 32 - 1, np.uint32)


@operator("ReduceSumInteger")
def reduce_sum_integer(draw, name):
    dtype, shape = draw.choice(np.int8, np.uint8), draw.shape(1, 4)
    axes, keep = draw.permutation(len(shape))[:draw.extent(1, len(shape))], draw.choice(0, 1)
    data = draw.bytes(shape, dtype)
    wide = np.int32 if dtype == np.int8 else np.uint32
    return Case(name, [data], {"axes": axes, "keepdims": keep},
                expected=[data.astype(wide).sum(tuple(axes), dtype=wide, keepdims=bool(keep))])


@operator("RMSNormRotary")
def rms_norm_rotary(draw, name):
    batch, length, heads, stride, rows = draw.extent(1, 2), draw.extent(1, 4), draw.extent(1, 3), draw.extent(2, 9), 9
    start = draw.extent(0, stride - 2)
    width = draw.extent(2, stride - start)
    half = draw.extent(1, width // 2)
    x, scale = draw.reals((batch, length, heads, stride), 1, np.float16), draw.reals((width,))
    cosine, sine = draw.reals((rows, half)), draw.reals((rows, half))
    ids = draw.ints(0, rows - length, ()) if draw.flag() else draw.ints(0, rows - 1, (batch, length))
    attributes = {"rotary_embedding_dim": 2 * half, "output_fp16": 1, "input_start": start, "input_width": width}
    if draw.flag():
        attributes["flatten_batch"] = 1

    def expected():
        part = x[..., start:start + width].astype(np.float64)
        normed = part / np.sqrt((part ** 2).mean(-1, keepdims=True) + 1e-6) * scale
        at = ids if ids.ndim else np.broadcast_to(ids + np.arange(length), (batch, length))
        c, s = cosine[at][:, :, None], sine[at][:, :, None]
        first, second, rest = normed[..., :half], normed[..., half:2 * half], normed[..., 2 * half:]
        y = np.concatenate([first * c - second * s, second * c + first * s, rest], -1).astype(np.float16)
        shape = (1, batch * length, heads * width) if "flatten_batch" in attributes else (batch, length, heads * width)
        return [y.reshape(shape), normed.astype(np.float32)]

    return Case(name, [x, scale, ids, cosine, sine], attributes, outputs=2, expected=expected)


@operator("GemmFastGelu")
def gemm_fast_gelu(draw, name):
    m, k, n = draw.extent(), draw.extent(), draw.extent()
    x, w, bias = draw.reals([*draw.choice([], [2]), m, k]), draw.reals([k, n]), draw.maybe(draw.reals((n,)))
    v = x @ w + (0 if bias is None else bias)
    return Case(name, [x, w, bias], expected=[v / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (v + 0.044715 * v ** 3)))
                                              .astype(np.float32)])


@operator("QuantizeLinear", "DequantizeLinear")
def linear(draw, name):
    dtype = draw.choice(np.uint8, np.int8, np.int16, np.uint16)
    shape = draw.shape(1, 4)
    axis = draw.extent(0, len(shape) - 1)
    by_axis = (shape[axis],) if draw.flag() else ()
    scale, zero = draw.positive(by_axis), draw.maybe(draw.ints(0, 100, by_axis, dtype))
    x = draw.reals(shape, 3) if name == "QuantizeLinear" else draw.bytes(shape, dtype)
    if zero is None and name == "QuantizeLinear":
        zero = np.zeros(by_axis, dtype)
    return Case(name, [x, scale, zero], {"axis": axis}, steps=1)


@operator("NhwcConv", "NhwcFusedConv")
def nhwc_conv(draw, name):
    import onnx.reference.ops.op_conv as reference

    x, w, bias, attributes, result = convolution(draw)
    y = reference._conv_implementation(x, w, bias, None, None, attributes["group"], attributes["kernel_shape"],
                                       attributes.get("pads", [0] * 4), attributes.get("strides", [1, 1]))
    return Case(name, [x.transpose(0, 2, 3, 1), w, bias], attributes,
                expected=[y.transpose(0, 2, 3, 1).astype(np.float32)])


@operator("SwiGLU")
def swiglu(draw, name):
    """By the schema's formula."""
    shape = draw.shape()
    gate, up = draw.reals(shape, 3), draw.reals(shape, 3)
    attributes = {"activation_alpha": draw.choice(1.0, 1.702), "activation_beta": draw.choice(0.0, 1.0), "limit": draw.choice(0.0, 2.0)}
    g, l = gate.astype(np.float64), up.astype(np.float64)
    if attributes["limit"]:
        g, l = np.minimum(g, 2), np.clip(l, -2, 2)
    y = g / (1 + np.exp(-attributes["activation_alpha"] * g)) * (l + attributes["activation_beta"])
    operands = [gate, up] if draw.flag() else [np.concatenate([gate, up], -1)]
    return Case(name, operands, attributes, expected=[y.astype(np.float32)])


@operator("FusedMatMulActivation")
def fused_mat_mul_activation(draw, name):
    m, k, n, alpha = draw.extent(1, 5), draw.extent(1, 5), draw.extent(1, 5), draw.choice(1.0, 0.5)
    kind, f = draw.choice(("Relu", lambda x: np.maximum(x, 0)), ("Tanh", np.tanh), ("Sigmoid", lambda x: 1 / (1 + np.exp(-x))),
                          ("LeakyRelu", lambda x: np.where(x > 0, x, 0.3 * x)))
    a, b = draw.reals((m, k)), draw.reals((n, k))
    attributes = {"activation": kind, "alpha": alpha, "transB": 1}
    if kind == "LeakyRelu":
        attributes["activation_alpha"] = 0.3
    return Case(name, [a, b], attributes, expected=[f(alpha * (a @ b.T)).astype(np.float32)])
