"""Weights quantised in blocks."""

import numpy as np

from draw import Case, operator


@operator("MatMulNBits")
def mat_mul_n_bits(draw, name):
    bits = draw.choice(2, 4, 4, 8)
    block = draw.choice(16, 32, 64)
    depth, rows = draw.extent(1, 150), draw.extent(1, 40)
    blocks = -(-depth // block)
    dtype = np.float32
    a = draw.reals([*draw.choice([], [2]), draw.extent(1, 5), depth])
    weights = draw.bytes((rows, blocks, block * bits // 8))
    scales = draw.positive((rows, blocks))
    form = draw.choice("none", "packed", "real")
    zeros = None
    if form == "packed":
        zeros = draw.bytes((rows, -(-blocks * bits // 8)))
    elif form == "real":
        zeros = draw.positive((rows, blocks), 0, 2.0 ** bits)
    bias = draw.maybe(draw.reals((rows,)), 0.4)
    # ONNX Runtime rounds A where it has a kernel for that, of weights that it may pack.
    rounds = form != "real" and bits > 2 and draw.flag(0.4)
    attributes = {"K": depth, "N": rows, "bits": bits, "block_size": block,
                  "accuracy_level": 4 if rounds else draw.choice(0, 1)}
    return Case(name, [a, weights, scales, zeros, None, bias], attributes,
                constants=(1, 2, 3) if rounds else draw.choice((), (1, 2, 3)), scale=5)


@operator("MatMulBnb4")
def mat_mul_bnb4(draw, name):
    depth, rows, block = draw.extent(1, 60), draw.extent(1, 20), draw.choice(16, 32)
    count = depth * rows
    a = draw.reals([*draw.choice([], [2]), draw.extent(1, 5), depth])
    operands = [a, draw.bytes((-(-count // 2),)), draw.positive((-(-count // block),))]
    return Case(name, operands, {"K": depth, "N": rows, "block_size": block, "quant_type": draw.choice(0, 1)},
                constants=draw.choice((), (1, 2)), scale=5)


@operator("GatherBlockQuantized")
def gather_block_quantized(draw, name):
    bits, block = draw.choice(2, 4, 8), draw.choice(16, 32)
    rows, depth = draw.extent(2, 9), draw.extent(1, 5) * 8
    middle = [draw.extent(1, 3)] if draw.flag(0.3) else []
    per_byte = 8 // bits
    blocks = -(-depth // block)
    scales = draw.positive((rows, *middle, blocks))
    zeros = draw.maybe(draw.bytes((rows, *middle, -(-blocks // per_byte))))
    indices = draw.ints(-rows, rows - 1, draw.shape(1, 2), draw.choice(np.int32, np.int64))
    attributes = {"bits": bits, "block_size": block, "quantize_axis": 1 + len(middle), "gather_axis": 0}
    return Case(name, [draw.bytes((rows, *middle, depth // per_byte)), indices, scales, zeros], attributes,
                constants=(0, 2, 3))


def router(draw, tokens):
    experts = draw.extent(2, 5)
    return experts, draw.reals((tokens, experts)), draw.extent(1, min(experts, 3))


def activation(draw, attributes):
    """Rows of fc1 for each element of what follows."""
    kind = attributes["activation_type"] = draw.choice("relu", "gelu", "silu", "identity", "swiglu")
    if kind != "swiglu":
        return 1
    attributes.update(swiglu_fusion=1, activation_alpha=draw.choice(1.0, 1.702), activation_beta=draw.choice(0.0, 1.0))
    if draw.flag():
        attributes["swiglu_limit"] = 2.0
    return 2


@operator("MoE")
def moe(draw, name):
    tokens, hidden, inner = draw.extent(1, 4), draw.extent(1, 4) * 4, draw.extent(1, 4) * 4
    experts, probabilities, k = router(draw, tokens)
    attributes = {"k": k, "normalize_routing_weights": draw.choice(0, 1)}
    rows = inner * activation(draw, attributes)
    operands = [draw.reals((tokens, hidden)), probabilities, draw.reals((experts, rows, hidden), 0.3),
                draw.maybe(draw.reals((experts, rows))), draw.reals((experts, hidden, inner), 0.3),
                draw.maybe(draw.reals((experts, hidden)))]
    return Case(name, operands, attributes, scale=5)


@operator("QMoE")
def q_moe(draw, name):
    tokens, hidden, inner, bits = draw.extent(1, 4), draw.extent(1, 4) * 32, draw.extent(1, 3) * 32, draw.choice(4, 8)
    experts, probabilities, k = router(draw, tokens)
    attributes = {"k": k, "normalize_routing_weights": draw.choice(0, 1), "expert_weight_bits": bits}
    rows = inner * activation(draw, attributes)
    block = 32 if draw.flag() and bits == 4 else 0  # Blocks of 8 bits are multiplied in int8.
    if block:
        attributes["block_size"] = block

    def layer(rows, depth):
        shape = (experts, rows, depth // block) if block else (experts, rows)
        return [draw.bytes((experts, rows, depth * bits // 8)), draw.positive(shape, 0.002, 0.02),
                draw.maybe(draw.reals((experts, rows)))]

    operands = [draw.reals((tokens, hidden)), probabilities, *layer(rows, hidden), *layer(hidden, inner)]
    if draw.flag(0.3):
        operands += [None] * 6 + [draw.positive((tokens, experts), 0.1, 0.9)]
    return Case(name, operands, attributes, constants=(2, 3, 5, 6), scale=20)
