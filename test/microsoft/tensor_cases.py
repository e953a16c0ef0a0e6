"""Operators that move, choose, count or combine elements."""

import numpy as np

from draw import Case, operator

NUMBERS = (np.float32, np.float64, np.int64, np.int32, np.uint8)


def numbers(draw, shape, dtype):
    return draw.reals(shape, dtype=dtype) if np.dtype(dtype).kind == "f" else draw.ints(0, 9, shape, dtype)


@operator("Trilu")
def trilu(draw, name):
    x = numbers(draw, draw.shape(2, 4), draw.choice(np.float32, np.float64, np.int64))
    return Case(name, [x, draw.maybe(draw.ints(-4, 4))], {"upper": draw.choice(0, 1)})


@operator("Range")
def range_of(draw, name):
    dtype = draw.choice(np.int32, np.int64, np.int16, np.float32, np.float64)
    start, delta = draw.extent(-5, 5), draw.choice(1, 2, 3, -1, -2)
    limit = start + delta * draw.extent(0, 6) + draw.extent(0, 1)
    absent = delta == 1 and draw.flag()
    shape = draw.choice((), (1,))
    return Case(name, [np.full(shape, v, dtype) for v in (start, limit)] + [None if absent else np.full(shape, delta, dtype)])


@operator("Pad")
def pad(draw, name):
    shape = draw.shape(1, 3, 6)
    mode = draw.choice("constant", "reflect", "edge")
    pads = draw.ints(-1 if mode == "constant" else 0, 2, (2 * len(shape),))
    shape = [extent + 2 for extent in shape]
    if draw.flag():
        pads = pads.reshape(1, -1)
    return Case(name, [draw.reals(shape), pads, draw.maybe(draw.reals(())) if mode == "constant" else None], {"mode": mode})


@operator("GatherND")
def gather_nd(draw, name):
    shape = draw.shape(1, 4)
    width = draw.extent(1, len(shape))
    count = draw.shape(1, 2)
    indices = np.stack([draw.ints(0, shape[k] - 1, count) for k in range(width)], -1).astype(draw.choice(np.int32, np.int64))
    return Case(name, [numbers(draw, shape, draw.choice(*NUMBERS)), indices], constants=(1,))


@operator("GridSample")
def grid_sample(draw, name):
    batch = draw.extent(1, 2)
    x = draw.reals([batch, draw.extent(1, 3), draw.extent(2, 5), draw.extent(2, 5)])
    attributes = {"mode": draw.choice("bilinear", "nearest", "bicubic"), "align_corners": draw.choice(0, 1),
                  "padding_mode": draw.choice("zeros", "border", "reflection")}
    return Case(name, [x, draw.reals([batch, draw.extent(), draw.extent(), 2])], attributes)


@operator("Unique")
def unique(draw, name):
    return Case(name, [draw.ints(0, 4, (draw.extent(1, 12),)).astype(np.float32)], outputs=3)


@operator("ExpandDims")
def expand_dims(draw, name):
    shape = draw.shape(0, 3)
    axis = draw.extent(-len(shape) - 1, len(shape))
    return Case(name, [numbers(draw, shape, draw.choice(*NUMBERS)), np.array(axis, np.int32)])


@operator("SampleOp")
def sample_op(draw, name):
    return Case(name, [draw.reals(draw.shape(0, 3))])


@operator("Inverse")
def inverse(draw, name):
    n = draw.extent(1, 6)
    x = draw.reals([*draw.choice([], [2], [2, 3]), n, n], dtype=draw.choice(np.float32, np.float64))
    return Case(name, [x + 3 * np.eye(n, dtype=x.dtype)], scale=10)


@operator("CropAndResize")
def crop_and_resize(draw, name):
    batch, boxes = draw.extent(1, 3), draw.extent(1, 4)
    x = draw.reals([batch, draw.extent(1, 3), draw.extent(1, 6), draw.extent(1, 6)])
    rois = draw.rng.uniform(-0.2, 1.2, (boxes, 4)).astype(np.float32)
    attributes = {"mode": draw.choice("bilinear", "nearest")}
    if draw.flag():
        attributes["extrapolation_value"] = 3.0
    return Case(name, [x, rois, draw.ints(0, batch - 1, (boxes,), np.int32), draw.ints(1, 5, (2,), np.int32)], attributes)


@operator("CDist")
def c_dist(draw, name):
    dtype, depth = draw.choice(np.float32, np.float64), draw.extent()
    operands = [draw.reals([draw.extent(), depth], dtype=dtype) for _ in range(2)]
    return Case(name, operands, {"metric": draw.choice("sqeuclidean", "euclidean")}, scale=10)


@operator("ConvTransposeWithDynamicPads")
def conv_transpose(draw, name):
    channels, filters, kernel = draw.extent(1, 3), draw.extent(1, 3), [draw.extent(1, 3), draw.extent(1, 3)]
    x = draw.reals([draw.extent(1, 2), channels, draw.extent(3, 5), draw.extent(3, 5)])
    attributes = {"kernel_shape": kernel, "strides": [draw.extent(1, 2) for _ in kernel]}
    return Case(name, [x, draw.reals([channels, filters, *kernel]), draw.ints(0, 1, (4,)), draw.maybe(draw.reals((filters,)))],
                attributes)


@operator("MurmurHash3")
def murmur_hash3(draw, name):
    dtype = draw.choice(np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64)
    return Case(name, [draw.reals(draw.shape(), 1e6).astype(dtype) if np.dtype(dtype).kind == "f"
                       else draw.ints(0, 1 << 30, draw.shape(), dtype)], {"seed": draw.extent(0, 99), "positive": draw.choice(0, 1)})


@operator("UnfoldTensor")
def unfold_tensor(draw, name):
    shape = draw.shape(1, 3, 6)
    dim = draw.extent(-len(shape), len(shape) - 1)
    attributes = {"dim": dim, "size": draw.extent(1, shape[dim]), "step": draw.extent(1, 3)}
    return Case(name, [numbers(draw, shape, draw.choice(np.float32, np.float64, np.int64, np.int32))], attributes)


@operator("NGramRepeatBlock")
def n_gram_repeat_block(draw, name):
    batch, words = draw.extent(1, 3), draw.extent(2, 4)
    return Case(name, [draw.ints(0, words - 1, (batch, draw.extent(1, 9))), draw.reals((batch, words))],
                {"ngram_size": draw.extent(1, 4)})


@operator("NhwcMaxPool")
def nhwc_max_pool(draw, name):
    kernel = [draw.extent(1, 3), draw.extent(1, 3)]
    x = draw.bytes([draw.extent(1, 2), draw.extent(4, 7), draw.extent(4, 7), draw.extent(1, 9)], draw.choice(np.uint8, np.int8))
    attributes = {"kernel_shape": kernel, "strides": [draw.extent(1, 2) for _ in kernel]}
    if draw.flag():
        attributes["pads"] = [draw.extent(0, k - 1) for k in kernel * 2]
    return Case(name, [x], attributes)


@operator("MatMulInteger16")
def mat_mul_integer16(draw, name):
    m, k, n = draw.extent(), draw.extent(), draw.extent()
    return Case(name, [draw.ints(-999, 999, (m, k), np.int16), draw.ints(-999, 999, (k, n), np.int16)])


@operator("TorchEmbedding")
def torch_embedding(draw, name):
    weight, indices = draw.reals([5, draw.extent()]), draw.ints(0, 4, draw.shape(1, 3))
    return Case(name, [weight, indices], expected=[weight[indices]])


@operator("MulInteger")
def mul_integer(draw, name):
    dtype = draw.choice(np.uint8, np.int8)
    shape = draw.shape()
    a, b = draw.bytes(shape, dtype), draw.bytes(draw.broadcast(shape), dtype)
    zeros = [draw.maybe(draw.bytes((), dtype)) for _ in range(2)]
    wide = [x.astype(np.int32) - (0 if z is None else z.astype(np.int32)) for x, z in zip((a, b), zeros)]
    return Case(name, [a, zeros[0], b, zeros[1]], expected=[wide[0] * wide[1]])


@operator("ComplexMul", "ComplexMulConj")
def complex_mul(draw, name):
    shape = draw.shape()
    a, b = draw.reals([*shape, 2]), draw.reals([*draw.broadcast(shape), 2])
    x, y = a[..., 0] + 1j * a[..., 1], b[..., 0] + 1j * b[..., 1]
    product = x * (y.conj() if name.endswith("Conj") else y)
    return Case(name, [a, b], expected=[np.stack([product.real, product.imag], -1).astype(np.float32)])


@operator("Rfft")
def rfft(draw, name):
    x = draw.reals([*draw.shape(0, 2), 2 * draw.extent(1, 8)])
    y = np.fft.rfft(x)
    return Case(name, [x], {"signal_ndim": 1}, expected=[np.stack([y.real, y.imag], -1).astype(np.float32)])


@operator("Irfft")
def irfft(draw, name):
    x = draw.reals([*draw.shape(0, 2), draw.extent(2, 8), 2])
    return Case(name, [x], {"signal_ndim": 1}, expected=[np.fft.irfft(x[..., 0] + 1j * x[..., 1]).astype(np.float32)])


@operator("SparseToDenseMatMul")
def sparse_to_dense_mat_mul(draw, name):
    dtype = draw.choice(np.float32, np.float64, np.int64, np.uint32)
    transposed = [draw.choice(0, 1), draw.choice(0, 1)]
    m, k, n = draw.extent(), draw.extent(), draw.extent()
    a = draw.ints(0, 9, [k, m] if transposed[0] else [m, k], dtype) * (draw.ints(0, 2, [k, m] if transposed[0] else [m, k]) == 0)
    b = draw.ints(0, 9, [n, k] if transposed[1] else [k, n], dtype)
    y = (a.T if transposed[0] else a) @ (b.T if transposed[1] else b)
    return Case(name, [a.astype(dtype), b], {"transA": transposed[0], "transB": transposed[1]}, sparse=(0,),
                expected=[y.astype(dtype)])
