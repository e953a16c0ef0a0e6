"""Operators on quantised tensors."""

import numpy as np

from draw import Case, operator


def parameters(draw, dtype, zero=True):
    """A scale and a zero point; ranks other than 0 are for those that take them."""
    shape = ()
    return [draw.positive(shape), draw.bytes(shape, dtype) if zero else None]


def quantized(draw, shape, dtype):
    return [draw.bytes(shape, dtype), *parameters(draw, dtype)]


@operator("QLinearAdd", "QLinearMul")
def q_linear_binary(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = draw.shape()
    a, b = (shape, draw.broadcast(shape))[::draw.choice(1, -1)]
    return Case(name, [*quantized(draw, a, dtype), *quantized(draw, b, dtype), *parameters(draw, dtype, draw.flag(0.8))],
                steps=1)


@operator("QLinearSigmoid", "QLinearLeakyRelu")
def q_linear_unary(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    attributes = {"alpha": 0.3} if name == "QLinearLeakyRelu" and draw.flag() else {}
    return Case(name, [*quantized(draw, draw.shape(), dtype), *parameters(draw, dtype)], attributes, steps=1)


@operator("QLinearSoftmax")
def q_linear_softmax(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = draw.shape(1, 4, 9)
    y = [np.float32(1 / 256), np.array(np.iinfo(dtype).min, dtype)]
    attributes = {"opset": draw.choice(11, 13), "axis": draw.extent(-len(shape), len(shape) - 1)}
    return Case(name, [*quantized(draw, shape, dtype), *map(np.array, y)], attributes, steps=1)


@operator("QLinearWhere")
def q_linear_where(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = draw.shape()
    operands = [draw.ints(0, 1, draw.broadcast(shape), bool), *quantized(draw, shape, dtype),
                *quantized(draw, draw.broadcast(shape), dtype), *parameters(draw, dtype)]
    return Case(name, operands, constants=(2, 3, 5, 6, 7, 8), steps=1)


@operator("QLinearConcat")
def q_linear_concat(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = draw.shape()
    axis = draw.extent(0, len(shape) - 1)
    operands = parameters(draw, dtype)
    for _ in range(draw.extent(1, 3)):
        shape = shape[:axis] + [draw.extent(1, 5)] + shape[axis + 1:]
        operands += quantized(draw, shape, dtype)
    return Case(name, operands, {"axis": axis}, steps=1)


@operator("QLinearReduceMean")
def q_linear_reduce_mean(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = draw.shape()
    axes = sorted(draw.permutation(len(shape))[:draw.extent(1, len(shape))])
    x, x_scale, x_zero = quantized(draw, shape, dtype)
    y_scale, y_zero = parameters(draw, dtype)
    keep = draw.choice(0, 1)

    def expected():
        mean = (x_scale.reshape(()) * (x.astype(np.float32) - x_zero.reshape(()))).mean(tuple(axes), keepdims=bool(keep))
        limits = np.iinfo(dtype)
        return [np.clip(np.rint(mean / y_scale.reshape(())) + y_zero.reshape(()), limits.min, limits.max).astype(dtype)]

    return Case(name, [x, x_scale, x_zero, y_scale, y_zero], {"axes": axes, "keepdims": keep}, expected=expected, steps=1)


@operator("QLinearAveragePool")
def q_linear_average_pool(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    spatial = draw.extent(1, 3)
    kernel = [draw.extent(1, 3) for _ in range(spatial)]
    last = draw.choice(0, 1)
    extents = [draw.extent(k + 1, 7) for k in kernel]
    channels = draw.extent(1, 9)
    shape = [draw.extent(1, 2), *extents, channels] if last else [draw.extent(1, 2), channels, *extents]
    attributes = {"kernel_shape": kernel, "channels_last": last, "count_include_pad": draw.choice(0, 1)}
    if draw.flag():
        attributes["strides"] = [draw.extent(1, 3) for _ in kernel]
    if draw.flag():
        attributes["pads"] = [draw.extent(0, k - 1) for k in kernel * 2]
    elif draw.flag(0.3):
        attributes["auto_pad"] = draw.choice("SAME_UPPER", "SAME_LOWER", "VALID")
    # Without positions to the left of the first window SAME has no padding in TensorFlow, which it is from, nor
    # in ONNX Runtime's own convolutions; its pools have negative padding and leave out the first elements.
    if attributes.get("auto_pad", "VALID") != "VALID":
        attributes["strides"] = [min(k, s) for k, s in zip(kernel, attributes.get("strides", [1] * spatial))]
    # VALID has the same positions with ceil_mode as without by ONNX's formula, ceil((in - k + 1) / s), and in its
    # reference implementation; ONNX Runtime has one more.
    elif "pads" not in attributes and "auto_pad" not in attributes and draw.flag(0.3):
        attributes["ceil_mode"] = 1
    return Case(name, [*quantized(draw, shape, dtype), *parameters(draw, dtype)], attributes, steps=1)


@operator("QLinearGlobalAveragePool")
def q_linear_global_average_pool(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = [draw.extent(1, 2), draw.extent(1, 9), draw.extent(1, 9), draw.extent(1, 9)]
    return Case(name, [*quantized(draw, shape, dtype), *parameters(draw, dtype)],
                {"channels_last": draw.choice(0, 1)}, steps=1)


@operator("QLinearConv")
def q_linear_conv(draw, name):
    x_type, w_type = draw.choice((np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8))
    group = draw.choice(1, 1, 2)
    channels, filters = group * draw.extent(1, 4), group * draw.extent(1, 4)
    kernel = [draw.extent(1, 3), draw.extent(1, 3)]
    last = draw.choice(0, 1)
    extents = [draw.extent(4, 8), draw.extent(4, 8)]
    shape = [draw.extent(1, 2), *extents, channels] if last else [draw.extent(1, 2), channels, *extents]
    by_filter = draw.flag()
    w_scale = draw.positive((filters,) if by_filter else ())
    zero = np.zeros((filters,) if by_filter else (), w_type) if w_type == np.int8 else draw.bytes((), w_type)
    w = [draw.bytes([filters, channels // group, *kernel], w_type), w_scale, zero]
    bias = draw.maybe(draw.ints(-1000, 1000, (filters,), np.int32))
    y = [draw.positive((), 1, 9), draw.bytes((), x_type)]
    attributes = {"channels_last": last, "group": group}
    if draw.flag():
        attributes.update(strides=[draw.extent(1, 2) for _ in kernel], pads=[draw.extent(0, 2) for _ in kernel * 2])
    return Case(name, [draw.bytes(shape, x_type), draw.positive(), draw.bytes((), x_type), *w, *y, bias], attributes,
                constants=(1, 2, 3, 4, 5, 6, 7), steps=1)


@operator("QGemm")
def q_gemm(draw, name):
    a_type, b_type = draw.choice((np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8))
    m, k, n = draw.extent(), draw.extent(1, 40), draw.extent(1, 20)
    transposed = [draw.choice(0, 1), draw.choice(0, 1)]
    by_column = (n,) if draw.flag() else draw.choice((), (1,))
    a = draw.bytes([k, m] if transposed[0] else [m, k], a_type)
    b = draw.bytes([n, k] if transposed[1] else [k, n], b_type)
    c = draw.maybe(draw.ints(-5000, 5000, draw.choice((n,), (1, n), (m, n), (m, 1), ()), np.int32))
    y = [draw.positive((), 1, 20), draw.bytes((), a_type)] if draw.flag() else [None, None]
    operands = [a, *parameters(draw, a_type), b, draw.positive(by_column), draw.bytes(by_column, b_type), c, *y]
    attributes = {"transA": transposed[0], "transB": transposed[1], "alpha": draw.choice(1.0, 0.5)}
    return Case(name, operands, attributes, constants=(5,), steps=1)


@operator("MatMulIntegerToFloat", "DynamicQuantizeMatMul")
def scaled_products(draw, name):
    a_type, b_type = draw.choice((np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8))
    m, k, n = draw.extent(), draw.extent(1, 40), draw.extent(1, 20)
    batch = draw.choice([], [2], [2, 3])
    by_column = (n,) if draw.flag() else draw.choice((), (1,))
    b = draw.bytes([*(batch if draw.flag(0.2) else []), k, n], b_type)
    b_zero = draw.maybe(draw.bytes(by_column, b_type))
    # With many B and scales by column, ONNX Runtime scales the bias, too.
    bias = draw.maybe(draw.reals((n,))) if b.ndim == 2 else None
    if name == "DynamicQuantizeMatMul":
        # A tie of A's quantisation may be resolved otherwise.
        return Case(name, [draw.reals([*batch, m, k]), b, draw.positive(by_column), b_zero, bias], scale=20)
    a = draw.bytes([*batch, m, k], a_type)
    a_zero = draw.maybe(draw.bytes((), a_type))
    return Case(name, [a, b, draw.positive(), draw.positive(by_column), a_zero, b_zero, bias])


@operator("DynamicQuantizeLSTM")
def dynamic_quantize_lstm(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    direction = draw.choice("forward", "reverse", "bidirectional")
    count = 2 if direction == "bidirectional" else 1
    steps, batch, inputs, hidden = draw.extent(1, 4), 1, draw.extent(1, 9), draw.extent(1, 9)

    def weights(depth):
        by_column = draw.flag()
        shape = (count, 4 * hidden) if by_column else (count,)
        return draw.bytes((count, depth, 4 * hidden), dtype), draw.positive(shape, 0.002, 0.01), np.zeros(shape, dtype)

    w, w_scale, w_zero = weights(inputs)
    r, r_scale, r_zero = weights(hidden)
    operands = [draw.reals((steps, batch, inputs)), w, r, draw.maybe(draw.reals((count, 8 * hidden))), None,
                draw.maybe(draw.reals((count, batch, hidden), 0.3)), draw.maybe(draw.reals((count, batch, hidden))),
                draw.maybe(draw.reals((count, 3 * hidden))), w_scale, w_zero, r_scale, r_zero]
    attributes = {"hidden_size": hidden, "direction": direction, "input_forget": draw.choice(0, 1)}
    return Case(name, operands, attributes, outputs=3, constants=(1, 2, 8, 9, 10, 11), scale=50)


@operator("QAttention")
def q_attention(draw, name):
    batch, length, heads, features, inputs = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 3), 4, draw.extent(1, 9)
    hidden = heads * features
    past = draw.extent(1, 4) if draw.flag() else 0
    w_type = draw.choice(np.uint8, np.int8)
    by_column = (3 * hidden,) if draw.flag() else ()
    causal = draw.choice(0, 1)
    mask = draw.maybe(draw.ints(1, past + length, (batch,), np.int32))
    operands = [draw.bytes([batch, length, inputs], np.uint8), draw.bytes([inputs, 3 * hidden], w_type),
                draw.reals((3 * hidden,)), draw.positive(), draw.positive(by_column, 0.002, 0.01), mask,
                draw.bytes((), np.uint8), draw.bytes(by_column, w_type),
                draw.reals((2, batch, heads, past, features)) if past else None]
    return Case(name, operands, {"num_heads": heads, "unidirectional": causal}, outputs=2 if past else 1,
                constants=(1, 3, 4, 6, 7))


@operator("QEmbedLayerNormalization")
def q_embed_layer_normalization(draw, name):
    batch, length, hidden, rows = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 9), draw.extent(2, 9)
    dtype = draw.choice(np.uint8, np.int8)
    shapes = [(rows, hidden), (length + 2, hidden), (2, hidden), (hidden,), (hidden,)]
    tables = [draw.bytes(shape, dtype) for shape in shapes]
    scales, zeros = [draw.positive() for _ in shapes], [draw.bytes((), dtype) for _ in shapes]
    segments = draw.ints(0, 1, (batch, length), np.int32)
    if draw.flag(0.3):
        segments = tables[2] = scales[2] = zeros[2] = None
    mask = draw.maybe(draw.ints(0, 1, (batch, length), np.int32))
    operands = [draw.ints(0, rows - 1, (batch, length), np.int32), segments, *tables, mask, *scales, *zeros]
    return Case(name, operands, {"epsilon": 1e-5}, outputs=2,
                constants=tuple(k for k in range(8, 18) if operands[k] is not None))
