"""Operators on int8 matrices in the orders of cuBLASLt. Only CUDA has kernels of them in ONNX Runtime: the
expectations are the formulas of its schemas."""

import math

import numpy as np

from draw import Case, operator

COLUMNS, ROWS, COL32, COL4_4R2_8C, COL32_2R_4R4 = range(5)
TILES = {COLUMNS: (1, 1), ROWS: (1, 1), COL32: (1, 32), COL4_4R2_8C: (8, 32), COL32_2R_4R4: (32, 32)}


def places(order, rows, columns):
    """[rows, columns]: where in storage each element is; by cuBLASLt's description of cublasLtOrder_t."""
    r, c = np.indices((rows, columns))
    if order == ROWS:
        return r * columns + c
    if order == COLUMNS:
        return c * rows + r
    if order == COL32:
        return c // 32 * 32 * rows + r * 32 + c % 32
    if order == COL4_4R2_8C:
        tile = c // 32 * (rows // 8) + r // 8
        return tile * 256 + r % 2 * 128 + c % 32 // 4 * 16 + r % 8 // 2 * 4 + c % 4
    tile = c // 32 * (rows // 32) + r // 32
    r = r % 32
    return tile * 1024 + ((r % 8 // 2 * 4 + r // 8) * 2 + r % 2) * 32 + c % 32


def stored(x, order):
    """x, whose elements stand by rows, in the order."""
    rows, columns = x.shape[-2:]
    y = np.empty_like(x).reshape(-1, rows * columns)
    y[:, places(order, rows, columns).reshape(-1)] = x.reshape(-1, rows * columns)
    return y.reshape(x.shape)


def steps(real, scale):
    return np.clip(np.rint(real / scale), -128, 127).astype(np.int8)


def shape_for(draw, *orders):
    """A shape whose tiles are full in all orders."""
    high, wide = (math.lcm(*(TILES[order][axis] for order in orders)) for axis in (0, 1))
    return [*([draw.extent(1, 3)] if draw.flag() else []), high * draw.extent(1, 3), wide * draw.extent(1, 2)]


@operator("QuantizeWithOrder")
def quantize_with_order(draw, name):
    orders = [int(k) for k in draw.rng.integers(0, 5, 2)]
    x = draw.reals(shape_for(draw, *orders), dtype=draw.choice(np.float32, np.float16))
    scale = draw.positive()
    return Case(name, [stored(x, orders[0]), scale], {"order_input": orders[0], "order_output": orders[1]},
                expected=[stored(steps(x.astype(np.float32), scale), orders[1])], steps=1)


@operator("DequantizeWithOrder")
def dequantize_with_order(draw, name):
    orders = [int(k) for k in draw.rng.integers(0, 5, 2)]
    x = draw.bytes(shape_for(draw, *orders), np.int8)
    scale = draw.positive()
    to = draw.choice(1, 10)
    real = (x * scale).astype(np.float32 if to == 1 else np.float16)
    return Case(name, [stored(x, orders[0]), scale], {"order_input": orders[0], "order_output": orders[1], "to": to},
                expected=[stored(real, orders[1])])


@operator("QOrderedGelu")
def q_ordered_gelu(draw, name):
    x, x_scale, y_scale = draw.bytes(draw.shape(), np.int8), draw.positive(), draw.positive()
    real = x * float(x_scale)
    gelu = real / 2 * (1 + np.vectorize(math.erf)(real / math.sqrt(2)))
    return Case(name, [x, x_scale, y_scale], {"order_X": 1, "order_Y": 1}, expected=[steps(gelu, y_scale)], steps=1)


@operator("QOrderedLayerNormalization")
def q_ordered_layer_normalization(draw, name):
    order = draw.choice(ROWS, COL32)
    x = draw.bytes(shape_for(draw, order), np.int8)
    gamma, beta = draw.reals(x.shape[-1:]), draw.maybe(draw.reals(x.shape[-1:]))
    x_scale, y_scale = draw.positive(), draw.positive()
    real = x * float(x_scale)
    normal = (real - real.mean(-1, keepdims=True)) / np.sqrt(real.var(-1, keepdims=True) + 1e-5)
    y = normal * gamma + (0 if beta is None else beta)
    return Case(name, [stored(x, order), x_scale, gamma, beta, y_scale], {"order_X": order, "order_Y": order, "axis": -1},
                expected=[stored(steps(y, y_scale), order)], steps=1)


def columns_scale(draw, count):
    """One value, or one a column."""
    return draw.positive((count,) if draw.flag() else ())


@operator("QOrderedMatMul")
def q_ordered_mat_mul(draw, name):
    batch = [draw.extent(1, 3)] if draw.flag() else []
    m, k, n = draw.extent(1, 6), draw.extent(1, 9), draw.extent(1, 7)
    if draw.flag(0.7):
        orders = {"order_A": ROWS, "order_B": COLUMNS, "order_Y": ROWS}
    else:
        m, k, n = 8 * draw.extent(1, 2), 32, 32
        orders = {"order_A": COL32, "order_B": draw.choice(COLUMNS, COL4_4R2_8C, COL32_2R_4R4), "order_Y": COL32}
    a = draw.bytes([*batch, m, k], np.int8)
    b = draw.bytes([*(batch if draw.flag(0.3) else []), k, n], np.int8)
    c = draw.bytes([*(batch if draw.flag() else []), m, n], np.int8) if draw.flag(0.4) else None
    bias = draw.maybe(draw.reals((n,)))
    a_scale, b_scale, c_scale = draw.positive(), columns_scale(draw, n), draw.positive()
    y_scale = np.float32(draw.positive() * 10)
    y = (a.astype(np.int32) @ b.astype(np.int32)) * (float(a_scale) * b_scale.astype(np.float64))
    y = y + (0 if bias is None else bias) + (0 if c is None else c * float(c_scale))
    operands = [stored(a, orders["order_A"]), a_scale, stored(b, orders["order_B"]), b_scale, np.array(y_scale), bias,
                None if c is None else stored(c, orders["order_Y"]), c_scale if c is not None else None]
    return Case(name, operands, orders, expected=[stored(steps(y, y_scale), orders["order_Y"])], steps=1)


@operator("QOrderedAttention")
def q_ordered_attention(draw, name):
    batch, length, heads, size, width = draw.extent(1, 2), draw.extent(1, 6), draw.extent(1, 3), draw.choice(4, 16), draw.extent(1, 9)
    hidden = heads * size
    x, x_scale = draw.bytes((batch, length, width), np.int8), draw.positive()
    weights = [draw.bytes((width, hidden), np.int8) for _ in range(3)]
    weight_scales = [columns_scale(draw, hidden) for _ in range(3)]
    biases = [draw.reals((hidden,)) for _ in range(3)]
    layer_scales = [np.float32(draw.positive() * 10) for _ in range(3)]
    score_scale, share_scale, y_scale = np.float32(draw.positive() * 20), np.float32(1 / 127), draw.positive()
    mask = np.ones((batch, length), np.int32) if draw.flag() else draw.ints(0, 1, (batch, length), np.int32)
    mask[:, 0] = 1
    causal = draw.choice(0, 1)

    def heads_of(which):
        real = (x.astype(np.int32) @ weights[which].astype(np.int32)) * (float(x_scale) * weight_scales[which].astype(np.float64))
        return steps(real + biases[which], layer_scales[which]).reshape(batch, length, heads, size).transpose(0, 2, 1, 3).astype(np.int32)

    q, k, v = map(heads_of, range(3))
    scores = steps((q @ k.transpose(0, 1, 3, 2)) * float(layer_scales[0] * layer_scales[1]), score_scale)
    real = scores * float(score_scale) / math.sqrt(size) + np.where(mask, 0, -1e30)[:, None, None]
    if causal:
        real = real + np.triu(np.full((length, length), -1e30), 1)
    shares = np.exp(real - real.max(-1, keepdims=True))
    shares = steps(shares / shares.sum(-1, keepdims=True), share_scale).astype(np.int32)
    y = steps((shares @ v) * float(share_scale * layer_scales[2]), y_scale).transpose(0, 2, 1, 3).reshape(batch, length, hidden)
    operands = [x, x_scale, *map(np.array, layer_scales), *(stored(w, COLUMNS) for w in weights), *weight_scales, *biases,
                np.array(score_scale), np.array(share_scale), y_scale, mask]
    attributes = {"num_heads": heads, "order_input": ROWS, "order_weight": COLUMNS, "order_output": ROWS,
                  "qkv_hidden_sizes": [hidden] * 3, "unidirectional": causal}
    # A step of a product that is rounded the other way is one of many in the next sum.
    return Case(name, operands, attributes, expected=[y], steps=1 + int(np.ceil(127 * share_scale * layer_scales[2] / y_scale)))
