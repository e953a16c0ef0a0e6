"""Products with packed weights."""

import ml_dtypes
import numpy as np

from draw import Case, operator

# Formats of packed rows: numbers of a block, its bytes, where f16 scales stand in it.
PACKED = {0: (1, 4, ()), 1: (1, 2, ()), 30: (1, 2, ()), 2: (32, 18, (0,)), 6: (32, 22, (0,)), 8: (32, 34, (0,)),
          13: (256, 176, (0, 2)), 14: (256, 210, (208,)), 20: (32, 18, (0,)), 23: (256, 136, (0,)), 42: (64, 18, (0,))}


def packed_rows(draw, rows):
    """(format, K, bytes [rows, row bytes])"""
    kind = draw.choice(*PACKED)
    numbers, size, scales = PACKED[kind]
    blocks = draw.extent(1, 2) if numbers > 1 else draw.extent(1, 8)
    data = draw.bytes((rows, blocks, size))
    for at in scales:
        data[:, :, at:at + 2] = draw.positive((rows, blocks, 1)).astype(np.float16).view(np.uint8)
    if numbers == 1:
        dtype = {0: np.float32, 1: np.float16, 30: ml_dtypes.bfloat16}[kind]
        data = draw.reals((rows, blocks)).astype(dtype).view(np.uint8)
    return kind, blocks * numbers, data.reshape(rows, -1)


@operator("GatherPacked")
def gather_packed(draw, name):
    kind, depth, data = packed_rows(draw, draw.extent(1, 4))
    indices = draw.ints(-1, len(data), draw.shape(0, 2, 4), draw.choice(np.int32, np.int64))
    return Case(name, [data, indices], {"packed_type": kind, "K": depth, "output_dtype": draw.choice(1, 1, 10)})


def unpacked(kind, depth, data):
    """What GatherPacked, which ONNX Runtime has a kernel for, makes of the rows."""
    from oracle import judged  # Needs onnxruntime, which run.py asks for first.

    rows = np.arange(len(data), dtype=np.int64)
    values, reason = judged(Case("GatherPacked", [data, rows], {"packed_type": kind, "K": depth, "output_dtype": 1}), set())
    assert values, reason
    return values[0]


def silu(x):
    return x / (1 + np.exp(-x))


@operator("MatMulPacked")
def mat_mul_packed(draw, name):
    kind, depth, data = packed_rows(draw, draw.extent(1, 4))
    a = draw.reals([*draw.shape(0, 2), depth], 0.001, np.float16)
    activation = draw.choice("none", "relu2", "relu_squared", "silu")

    def expected():
        y = a.astype(np.float64) @ unpacked(kind, depth, data).astype(np.float16).astype(np.float64).T
        y = {"none": y, "silu": silu(y)}.get(activation, np.maximum(y, 0) ** 2)
        return [y.astype(np.float16)]

    return Case(name, [a, data], {"packed_type": kind, "K": depth, "N": len(data), "activation_type": activation},
                expected=expected, scale=4)


@operator("MatMulFpQ4")
def mat_mul_fp_q4(draw, name):
    kind, depth, columns = draw.choice(0, 1), draw.extent(1, 100), draw.extent(1, 5)
    blocks = -(-depth // 32)
    parts = [draw.positive((columns, blocks, 1)).view(np.uint8), draw.bytes((columns, blocks, 16))]
    if kind:
        parts.insert(1, draw.ints(0, 15, (columns, blocks, 1), np.uint8))
    operands = [draw.reals([*draw.shape(1, 2), depth]), np.concatenate(parts, 2).ravel(), np.array([depth, columns])]
    return Case(name, operands, {"blk_quant_type": kind}, constants=(1, 2))


@operator("MatMulBlockQuantizedFp8Weight")
def mat_mul_fp8_weight(draw, name):
    depth, rows, block = draw.extent(1, 40), draw.extent(1, 5), draw.choice(8, 16, 128)
    a = draw.reals([*draw.shape(0, 2), depth], 1, np.float16)
    weights = draw.reals((rows, depth)).astype(ml_dtypes.float8_e4m3fn)
    scales = draw.positive((rows, -(-depth // block)))
    a_scale, bias = draw.maybe(draw.positive(())), draw.maybe(draw.reals((rows,), 1, np.float16))

    def expected():
        x = a.astype(np.float32)
        if a_scale is not None:
            x = np.clip(x / a_scale, -448, 448).astype(ml_dtypes.float8_e4m3fn).astype(np.float32) * a_scale
        y = x.astype(np.float64) @ (weights.astype(np.float32) * scales.repeat(block, 1)[:, :depth]).T
        return [(y + (0 if bias is None else bias)).astype(np.float16)]

    return Case(name, [a, weights, scales, a_scale, bias], {"block_size": block}, expected=expected)


@operator("MatMulBlockQuantizedFp4Weight")
def mat_mul_fp4_weight(draw, name):
    depth, rows, block = 2 * draw.extent(1, 20), draw.extent(1, 5), draw.choice(8, 16)
    a = draw.reals([*draw.shape(0, 2), depth], 1, np.float16)
    packed = draw.bytes((rows, depth // 2))
    scales = draw.positive((rows, -(-depth // block)), 0.1, 2).astype(ml_dtypes.float8_e4m3fn)
    whole, bias = draw.positive(()), draw.maybe(draw.reals((rows,), 1, np.float16))

    def expected():
        values = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
        halves = np.stack([packed & 15, packed >> 4], 2).reshape(rows, depth)
        numbers = values[halves & 7] * np.where(halves & 8, -1, 1)
        weights = (numbers * whole * scales.astype(np.float32).repeat(block, 1)[:, :depth]).astype(np.float16)
        return [(a.astype(np.float64) @ weights.T.astype(np.float64) + (0 if bias is None else bias)).astype(np.float16)]

    return Case(name, [a, packed, scales.view(np.uint8), whole, None, bias], {"block_size": block}, expected=expected)


def few_bits(draw, rows, depth, bits, block):
    """(packed weights, scales, the weights as reals)"""
    blocks = -(-depth // block)
    integers = draw.ints(0, 2 ** bits - 1, (rows, blocks, block), np.uint8)
    scales = draw.positive((rows, blocks))
    per_byte = 8 // bits
    groups = integers.reshape(rows, blocks, -1, per_byte)
    packed = sum(groups[..., k].astype(int) << (bits * k) for k in range(per_byte)).astype(np.uint8)
    weights = (integers - 2.0 ** (bits - 1)) * scales[..., None]
    return packed, scales, weights.reshape(rows, -1)[:, :depth]


def rms_norm(x, scale, epsilon):
    return x / np.sqrt((x.astype(np.float64) ** 2).mean(-1, keepdims=True) + epsilon) * scale


def normalized(draw, depth, may_lack_norm):
    """(A, skip, norm_scale, the function that gives [N, the sum])"""
    shape = [draw.extent(1, 2), draw.extent(1, 3), depth]
    a, form = draw.reals(shape), draw.choice("norm", "skip", *["plain"] * may_lack_norm)
    skip = draw.reals(shape) if form == "skip" else None
    scale = None if form == "plain" else draw.reals((depth,))

    def values(epsilon):
        total = a if skip is None else a + skip
        return (total if scale is None else rms_norm(total, scale, epsilon)), total

    return a, skip, scale, values


@operator("MatMulNBitsMlp")
def mat_mul_n_bits_mlp(draw, name):
    depth, rows, bits, block = draw.extent(1, 40), draw.extent(1, 5), draw.choice(4, 8), draw.choice(16, 32)
    a, skip, scale, values = normalized(draw, depth, True)
    layers = [few_bits(draw, rows, depth, bits, block) for _ in range(2)]
    biases = [draw.maybe(draw.reals((rows,))) for _ in layers]
    attributes = {"activation": "silu", "K": depth, "N": rows, "bits": bits, "block_size": block}

    def expected():
        x, total = values(1e-5)
        gate, up = (x @ layer[2].T + (0 if bias is None else bias) for layer, bias in zip(layers, biases))
        return [(silu(gate) * up).astype(np.float32), total][:1 if skip is None else 2]

    operands = [a, skip, scale]
    for layer, bias in zip(layers, biases):
        operands += [layer[0], layer[1], bias]
    return Case(name, operands, attributes, outputs=1 if skip is None else 2, expected=expected, scale=4)


@operator("MatMulNBitsQkv")
def mat_mul_n_bits_qkv(draw, name):
    depth, bits, block = draw.extent(1, 40), draw.choice(4, 8), draw.choice(16, 32)
    rows = [draw.extent(1, 5)] + [draw.extent(1, 5)] * 2
    a, skip, scale, values = normalized(draw, depth, False)
    layers = [few_bits(draw, count, depth, bits, block) for count in rows]
    biases = [draw.maybe(draw.reals((count,))) for count in rows]
    attributes = {"K": depth, "Nq": rows[0], "Nkv": rows[1], "bits": bits, "block_size": block}

    def expected():
        x, total = values(1e-6)
        results = [(x @ layer[2].T + (0 if bias is None else bias)).astype(np.float32)
                   for layer, bias in zip(layers, biases)]
        return results + ([] if skip is None else [total])

    operands = [a, skip, scale]
    for layer, bias in zip(layers, biases):
        operands += [layer[0], layer[1], bias]
    return Case(name, operands, attributes, outputs=3 if skip is None else 4, expected=expected, scale=4)


@operator("MatMulNBitsQLoRA")
def mat_mul_n_bits_qlora(draw, name):
    depth, rows, rank = draw.extent(1, 40), draw.extent(1, 5), draw.extent(1, 20)
    bits, lora_bits, block, lora_block = draw.choice(4, 8), draw.choice(4, 8), draw.choice(16, 32), draw.choice(16, 32)
    x = draw.reals([*draw.shape(0, 2), depth])
    base = few_bits(draw, rows, depth, bits, block)
    down, up = few_bits(draw, rank, depth, lora_bits, lora_block), few_bits(draw, rows, rank, lora_bits, lora_block)
    attributes = {"K": depth, "N": rows, "bits": bits, "lora_bits": lora_bits, "block_size": block,
                  "lora_block_size": lora_block}
    operands = [x, *base[:2], *down[:2], *up[:2]]
    empty = draw.choice(None, None, 3, 5)  # An adapter may be.
    if empty:
        operands[empty] = operands[empty][:0] if empty == 3 else operands[empty][:, :0]
    added = 0 if empty else x @ down[2].T @ up[2].T
    return Case(name, operands, attributes, constants=(3, 5) if empty else (), scale=4,
                expected=lambda: [(x @ base[2].T + added).astype(np.float32)])


@operator("GemmFloat8")
def gemm_float8(draw, name):
    m, k, n = draw.extent(), draw.extent(1, 20), draw.extent()
    transposed = [draw.choice(0, 1), draw.choice(0, 1)]
    dtype = draw.choice(np.float32, np.float16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2)
    narrow = np.dtype(dtype).itemsize == 1
    a = draw.reals([k, m] if transposed[0] else [m, k]).astype(dtype)
    b = draw.reals([n, k] if transposed[1] else [k, n]).astype(dtype)
    c = draw.maybe(draw.reals(draw.choice((m, n), (n,))))
    scales = [draw.positive((1,)) if narrow and draw.flag() else None for _ in range(2)]
    activation = draw.choice("NONE", "RELU")
    attributes = {"transA": transposed[0], "transB": transposed[1], "alpha": 0.5, "dtype": 1, "activation": activation,
                  "beta": draw.choice(0.0, 0.5)}

    def expected():
        left, right = (x.astype(np.float64).T if t else x.astype(np.float64) for x, t in zip((a, b), transposed))
        y = left @ right * 0.5
        for scale in scales:
            y = y * (1 if scale is None else scale)
        y = y + attributes["beta"] * (0 if c is None else c)
        return [(np.maximum(y, 0) if activation == "RELU" else y).astype(np.float32)]

    return Case(name, [a, b, c, *scales], attributes, expected=expected)


@operator("RouterGateUpProj")
def router_gate_up_proj(draw, name):
    depth, router, inner = draw.extent(), draw.extent(), draw.extent()
    x = draw.reals([*draw.shape(1, 2), depth], 1, np.float16)
    weight = draw.reals((depth, router + 2 * inner), 1, np.float16)
    attributes = {"router_size": router}
    alpha, beta, limit = draw.choice(1.0, 1.7), draw.choice(0.0, 1.0), draw.choice(0.0, 1.0)
    if draw.flag():
        attributes.update(activation_alpha=alpha, activation_beta=beta, limit=limit)
    else:
        alpha, beta, limit = 1, 0, 0

    def expected():
        y = (x.astype(np.float32) @ weight.astype(np.float32)).astype(np.float16)
        gate, up = (part.astype(np.float32) for part in np.split(y[..., router:], 2, -1))
        if limit > 0:
            gate, up = np.minimum(gate, limit), np.clip(up, -limit, limit)
        return [y[..., :router], (gate / (1 + np.exp(-alpha * gate)) * (up + beta)).astype(np.float16)]

    return Case(name, [x, weight], attributes, outputs=2, expected=expected, scale=4)
