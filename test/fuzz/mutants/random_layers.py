"""Makers of random nodes: products, windows, normalizations, recurrences, quantization."""

import numpy as np

from mutants.random_graphs import makers_list, random_array

MAKERS, maker = makers_list()


def weight(b, dtype, shape):
    """Scaled so that sums of products stay near 1."""
    depth = max(1, int(np.prod(shape[1:])))
    array = random_array(b.rng, dtype, shape)
    return b.leaf((array / np.sqrt(depth)).astype(dtype) if array.dtype.kind == "f" else array)


#===--- Products ----------------------------------------------------------===#


@maker(4)
def matmul(b):
    a = b.tensor("f", low=1, high=5)
    value = b.values[a]

    def fits(other):
        return other.dtype == value.dtype and other.ndim and other.shape[-2 if other.ndim > 1 else 0] == value.shape[-1]

    other = b.tensor("f", low=1, fits=fits) if b.chance(0.5) else None
    shape = [value.shape[-1], b.rng.choice([1, 2, 5, *b.extents[-9:]])]
    if value.ndim > 2 and b.chance(0.3):
        shape = [*value.shape[:-2], *shape]
    b.add("MatMul", [a, other or weight(b, value.dtype, shape)])


@maker(2)
def gemm(b):
    a = b.tensor("f", low=2, high=2)
    value = b.values[a]
    turned_a, turned_b = b.rng.randrange(2), b.rng.randrange(2)
    depth, lanes = value.shape[0 if turned_a else 1], b.rng.choice([1, 3, *b.extents[-9:]])
    rows = value.shape[1 if turned_a else 0]
    bias = [b.leaf(random_array(b.rng, value.dtype, b.rng.choice([[lanes], [1], [rows, 1], [rows, lanes], []])))]
    b.add("Gemm", [a, weight(b, value.dtype, [lanes, depth] if turned_b else [depth, lanes]),
                   *(bias if b.chance(0.7) else [])], transA=turned_a, transB=turned_b,
          alpha=b.rng.choice([1.0, 0.5]), beta=b.rng.choice([1.0, 0.25]))


@maker(2)
def einsum(b):
    """One to three operands over a few letters, some of them summed."""
    dtype = b.main_type
    extents = {letter: b.rng.choice([1, 2, 3, 5, 8, 13]) for letter in "abcde"}
    terms = ["".join(b.rng.sample("abcde", b.rng.randint(1, 3))) for _ in range(b.rng.randint(1, 3))]
    known = sorted(set("".join(terms)))
    result = b.rng.sample(known, b.rng.randint(0, min(4, len(known))))
    operands = [weight(b, dtype, [extents[letter] for letter in term]) for term in terms]
    b.add("Einsum", operands, equation=",".join(terms) + ("" if b.chance(0.2) else "->" + "".join(result)))


@maker(2)
def fused(b):
    """Operators that ONNX Runtime's optimizer makes."""
    name = b.tensor("f", low=2, high=3, fits=lambda v: v.dtype == np.float32 and v.size)
    if name is None:
        return
    width = b.values[name].shape[-1]
    vector = b.leaf(random_array(b.rng, np.float32, [width]))
    op = b.rng.choice(["Gelu", "FastGelu", "QuickGelu", "BiasGelu", "FusedMatMul", "SkipLayerNormalization"])
    if op == "FusedMatMul":
        turned = b.rng.randrange(2)
        lanes = b.rng.choice([1, 5, 16])
        b.add(op, [name, weight(b, np.float32, [lanes, width] if turned else [width, lanes])], domain="com.microsoft",
              transB=turned, alpha=b.rng.choice([1.0, 0.5]))
    elif op == "SkipLayerNormalization":
        skip = b.leaf(random_array(b.rng, np.float32, b.values[name].shape))
        b.add(op, [name, skip, vector, vector], domain="com.microsoft", epsilon=1e-3)
    else:
        b.add(op, [name, *([vector] if op == "BiasGelu" or op == "FastGelu" and b.chance(0.5) else [])],
              domain="com.microsoft")


@maker(1)
def fourier(b):
    name = b.tensor("f", low=3, high=3, fits=lambda v: v.dtype == np.float32 and v.size and v.shape[-1] in (1, 2))
    if name and b.opset >= 20:
        inverse = b.rng.randrange(2)
        b.add("DFT", [name, "", b.parameter(np.array(1))], inverse=inverse, onesided=0 if inverse else b.rng.randrange(2))


def image(b, dtype=None):
    return b.tensor("f", low=3, high=4, fits=lambda v: v.size and (dtype is None or v.dtype == dtype))


def window(b, rank, extents):
    kernel = [b.rng.randint(1, min(3, max(extent, 1))) for extent in extents]
    attributes = {"kernel_shape": kernel, "strides": [b.rng.randint(1, 2) for _ in range(rank)]}
    if b.chance(0.5):
        attributes["pads"] = [b.rng.randint(0, max(0, k - 1)) for k in kernel * 2]
    elif b.chance(0.5):
        attributes["auto_pad"] = b.rng.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    return attributes


@maker(4)
def conv(b):
    name = image(b)
    if name is None:
        return
    value = b.values[name]
    attributes = window(b, value.ndim - 2, value.shape[2:])
    channels = value.shape[1]
    group = b.rng.choice([g for g in (1, 1, 2, channels) if channels % g == 0])
    maps = group * b.rng.choice([1, 2, 3, *b.extents[-6:-3]])
    if b.chance(0.2) and "auto_pad" not in attributes:
        attributes["dilations"] = [b.rng.randint(1, 2) for _ in value.shape[2:]]
    operands = [name, weight(b, value.dtype, [maps, channels // group, *attributes["kernel_shape"]])]
    if b.chance(0.5):
        operands.append(b.leaf(random_array(b.rng, value.dtype, [maps])))
    b.add("Conv", operands, group=group, **attributes)


@maker(1)
def conv_transpose(b):
    name = image(b)
    if name is None:
        return
    value = b.values[name]
    attributes = window(b, value.ndim - 2, value.shape[2:])
    channels = value.shape[1]
    group = b.rng.choice([g for g in (1, 1, 2, channels) if channels % g == 0])
    if any(k < s for k, s in zip(attributes["kernel_shape"], attributes["strides"])):
        attributes.pop("auto_pad", None)  # The rival pads otherwise.
    if b.chance(0.3):
        attributes["output_padding"] = [b.rng.randint(0, s - 1) for s in attributes["strides"]]
    b.add("ConvTranspose", [name, weight(b, value.dtype, [channels, b.rng.choice([1, 2, 3]),
                                                          *attributes["kernel_shape"]])], group=group, **attributes)


@maker(2)
def pool(b):
    name = image(b)
    if name is None:
        return
    value = b.values[name]
    op = b.rng.choice(["MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool"])
    if op.startswith("Global"):
        b.add(op, [name])
        return
    attributes = window(b, value.ndim - 2, value.shape[2:])
    if op == "AveragePool":
        attributes["count_include_pad"] = b.rng.randrange(2)
    if op != "LpPool" and b.chance(0.3):
        attributes["ceil_mode"] = 1
    b.add(op, [name], results=b.rng.choice([1, 2]) if op == "MaxPool" else 1, **attributes)


@maker(1)
def depth_to_space(b):
    name = b.tensor("f", low=4, high=4)
    if b.chance(0.5):
        b.add("DepthToSpace", [name], blocksize=2, mode=b.rng.choice(["DCR", "CRD"]))
    else:
        b.add("SpaceToDepth", [name], blocksize=2)


@maker(1)
def resize(b):
    name = b.tensor("f", low=3, high=4, fits=lambda v: v.size)
    if name is None:
        return
    value = b.values[name]
    mode = b.rng.choice(["nearest", "linear", "cubic"])
    attributes = {"mode": mode, "coordinate_transformation_mode": b.rng.choice(
        ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"])}
    if mode == "nearest":
        attributes["nearest_mode"] = b.rng.choice(["floor", "round_prefer_floor", "ceil", "round_prefer_ceil"])
    if b.chance(0.5):
        scales = [1.0, 1.0] + [b.rng.choice([0.5, 1.0, 2.0, 1.5]) for _ in value.shape[2:]]
        b.add("Resize", [name, "", b.parameter(np.array(scales, np.float32))], **attributes)
    else:
        sizes = [*value.shape[:2]] + [b.rng.randint(1, 9) for _ in value.shape[2:]]
        b.add("Resize", [name, "", "", b.parameter(np.array(sizes, np.int64))], **attributes)


@maker(1)
def grid_sample(b):
    name = b.tensor("f", low=4, high=4, fits=lambda v: v.size and v.dtype == np.float32)
    if name and b.opset >= 16:
        batch = b.values[name].shape[0]
        grid = np.clip(random_array(b.rng, np.float32, [batch, 3, 4, 2]), -1.3, 1.3)
        b.add("GridSample", [name, b.leaf(grid)], align_corners=b.rng.randrange(2),
              mode=b.rng.choice(["bilinear", "nearest"]) if b.opset < 20 else b.rng.choice(["linear", "cubic"]),
              padding_mode=b.rng.choice(["zeros", "border", "reflection"]))


#===--- Normalizations ----------------------------------------------------===#


@maker(3)
def softmax(b):
    name = b.tensor("f", low=1)
    b.add(b.rng.choice(["Softmax", "Softmax", "LogSoftmax", "Hardmax"]), [name], axis=b.axis(b.values[name]))


@maker(2)
def normalization(b):
    name = b.tensor("f", low=2, fits=lambda v: v.size)
    if name is None:
        return
    value = b.values[name]
    channels = value.shape[1]

    def of_channels():
        return b.leaf(random_array(b.rng, value.dtype, [channels]))

    op = b.rng.choice(["BatchNormalization", "InstanceNormalization", "LayerNormalization", "LpNormalization",
                       "GroupNormalization", "LRN", "MeanVarianceNormalization", "RMSNormalization"])
    if op == "BatchNormalization":
        variance = b.leaf(np.abs(random_array(b.rng, value.dtype, [channels])) + value.dtype.type(0.5))
        b.add(op, [name, of_channels(), of_channels(), of_channels(), variance], epsilon=1e-3)
    elif op == "InstanceNormalization":
        b.add(op, [name, of_channels(), of_channels()], epsilon=1e-2)
    elif op in ("LayerNormalization", "RMSNormalization") and b.opset >= 17:
        axis = b.rng.randrange(value.ndim)
        scale = b.leaf(random_array(b.rng, value.dtype, value.shape[axis:]))
        bias = [b.leaf(random_array(b.rng, value.dtype, value.shape[axis:]))] if b.chance(0.5) else []
        b.add(op, [name, scale, *(bias if op[0] == "L" else [])], axis=axis, epsilon=1e-3)
    elif op == "LpNormalization":
        b.add(op, [name], axis=b.axis(value), p=b.rng.choice([1, 2]))
    elif op == "GroupNormalization":
        b.add(op, [name, of_channels(), of_channels()], num_groups=channels, epsilon=1e-2)
    elif op in ("MeanVarianceNormalization", "LRN"):
        axes = {"axes": b.axes(value)} if op == "MeanVarianceNormalization" else {"size": b.rng.choice([1, 3, 5])}
        b.add(op, [name], **axes)


@maker(1)
def attention(b):
    name = b.tensor("f", low=4, high=4, fits=lambda v: v.size)
    if name and b.opset >= 23:
        keys = [b.leaf(random_array(b.rng, b.values[name].dtype, b.values[name].shape)) for _ in range(2)]
        b.add("Attention", [name, *keys], is_causal=b.rng.randrange(2))


#===--- Recurrences -------------------------------------------------------===#


@maker(1)
def recurrent(b):
    name = b.tensor("f", low=3, high=3, fits=lambda v: v.size and v.dtype == np.float32)
    if name is None:
        return
    op, gates = b.rng.choice([("RNN", 1), ("GRU", 3), ("LSTM", 4)])
    direction = b.rng.choice(["forward", "reverse", "bidirectional"])
    count, hidden = 2 if direction == "bidirectional" else 1, b.rng.choice([1, 2, 5, 8])
    width = b.values[name].shape[2]
    operands = [name, weight(b, np.float32, [count, gates * hidden, width]),
                weight(b, np.float32, [count, gates * hidden, hidden])]
    if b.chance(0.5):
        operands.append(b.leaf(random_array(b.rng, np.float32, [count, 2 * gates * hidden])))
    b.add(op, operands, results=2, hidden_size=hidden, direction=direction,
          linear_before_reset=b.rng.randrange(2) if op == "GRU" else None)


#===--- Quantization ------------------------------------------------------===#


def byte_type(b):
    return b.rng.choice([np.uint8, np.int8])


def scale_and_zero(b, dtype, channels=None):
    shape = [] if channels is None else [channels]
    scale = np.abs(random_array(b.rng, np.float32, shape)) * np.float32(0.05) + np.float32(0.01)
    return [b.leaf(scale.astype(np.float32), constant=True),
            b.leaf(random_array(b.rng, dtype, shape), constant=True)]


@maker(2)
def quantize(b):
    name = b.tensor("f", fits=lambda v: v.dtype == np.float32 and np.all(np.isfinite(v)))
    dtype = byte_type(b)
    if name is None:
        return
    value = b.values[name]
    axis = b.axis(value) if value.ndim and b.chance(0.4) else None
    parameters = scale_and_zero(b, dtype, None if axis is None else value.shape[axis])
    quantized = b.add("QuantizeLinear", [name, *parameters], axis=axis)
    if quantized and b.chance(0.7):
        b.add("DequantizeLinear", [quantized[0], *parameters], axis=axis)


@maker(1)
def dynamic_quantize(b):
    b.add("DynamicQuantizeLinear", [b.tensor("f", fits=lambda v: v.dtype == np.float32 and v.size)], results=3)


@maker(1)
def byte_product(b):
    name = b.tensor("iu", low=2, high=4, fits=lambda v: v.dtype.itemsize == 1)
    if name is None:
        name = b.leaf(random_array(b.rng, byte_type(b), b.shape(2)))
    value = b.values[name]
    other_type = byte_type(b)
    other = b.leaf(random_array(b.rng, other_type, [value.shape[-1], b.rng.choice([1, 4, 9])]))
    if b.chance(0.5):
        zeros = [b.leaf(random_array(b.rng, value.dtype, [])), b.leaf(random_array(b.rng, other_type, []))]
        b.add("MatMulInteger", [name, other, *(zeros if b.chance(0.6) else [])])
    else:
        out = scale_and_zero(b, value.dtype)
        b.add("QLinearMatMul", [name, *scale_and_zero(b, value.dtype), other, *scale_and_zero(b, other_type), *out])


@maker(1)
def byte_conv(b):
    name = b.leaf(random_array(b.rng, np.uint8, [b.rng.choice([1, 2]), 3, *b.shape(2, most=100)]))
    value = b.values[name]
    attributes = window(b, 2, value.shape[2:])
    w_type = byte_type(b)
    w = b.leaf(random_array(b.rng, w_type, [4, 3, *attributes["kernel_shape"]]))
    if b.chance(0.5):
        b.add("ConvInteger", [name, w], **attributes)
    else:
        b.add("QLinearConv", [name, *scale_and_zero(b, np.uint8), w, *scale_and_zero(b, w_type),
                              *scale_and_zero(b, np.uint8)], **attributes)
