"""Operators of ONNX's first opsets, and those that were experimental in them."""

import numpy as np

from draw import Case, operator


def legacy(name, operands, attributes=None, opset=1, **rest):
    return Case(name.split("-")[0], operands, attributes or {}, domain="", opset=opset, **rest)


def real_type(draw):
    return draw.choice(np.float32, np.float32, np.float64)


@operator("Affine", "ScaledTanh", "ParametricSoftplus", "Scale", "ThresholdedRelu-1")
def unary(draw, name):
    x = draw.reals(draw.shape(0, 4), 3)
    alpha, beta = float(draw.positive(least=0.1, most=2)), float(draw.positive(least=0.1, most=2))
    attributes = {"alpha": alpha, "beta": beta}
    if name == "Scale":
        attributes = {"scale": alpha} if draw.flag() else {}
    elif name == "ThresholdedRelu-1":
        attributes = {"alpha": alpha} if draw.flag() else {}
    elif name == "Affine" and draw.flag():
        attributes.pop(draw.choice("alpha", "beta"))
    return legacy(name, [x], attributes)


@operator("ImageScaler")
def image_scaler(draw, name):
    x = draw.reals([draw.extent(1, 2), draw.extent(1, 4), draw.extent(), draw.extent()])
    return legacy(name, [x], {"scale": 0.5, "bias": [float(b) for b in draw.reals(x.shape[1])]})


@operator("Crop")
def crop(draw, name):
    border = [draw.extent(0, 2) for _ in range(4)]
    x = draw.reals([draw.extent(1, 2), draw.extent(1, 3), draw.extent(5, 8), draw.extent(5, 8)])
    attributes = {"border": border}
    if draw.flag():
        attributes["scale"] = [draw.extent(1, 3), draw.extent(1, 3)]
    return legacy(name, [x], attributes)


@operator("MeanVarianceNormalization-1")
def mean_variance_normalization(draw, name):
    x = draw.reals([draw.extent(1, 2), draw.extent(1, 4), draw.extent(2, 6), draw.extent(2, 6)])
    return legacy(name, [x], {"across_channels": draw.choice(0, 1), "normalize_variance": draw.choice(0, 1)})


@operator("DynamicSlice")
def dynamic_slice(draw, name):
    x = draw.reals(draw.shape(1, 4))
    axes = draw.permutation(x.ndim)[:draw.extent(1, x.ndim)]
    dtype = draw.choice(np.int32, np.int64)
    bounds = [draw.ints(-6, 6, (len(axes),), dtype) for _ in range(2)]
    with_axes = draw.flag()
    return legacy(name, [x, *bounds, np.array(axes, dtype) if with_axes else None])


@operator("LayerNormalization-1")
def layer_normalization(draw, name):
    x = draw.reals(draw.shape(2, 3))
    return legacy(name, [x, draw.reals(x.shape[-1:]), draw.reals(x.shape[-1:])], opset=draw.extent(9, 16))


@operator("GRUUnit")
def gru_unit(draw, name):
    batch, units, drop = draw.extent(), draw.extent(), draw.choice(0, 1)
    last, gates = draw.reals([1, batch, units]), draw.reals([1, batch, 3 * units])
    lengths, t = draw.ints(0, 4, (batch,), np.float32), draw.ints(0, 4, draw.choice((), (1,)), np.float32)
    z = 1 / (1 + np.exp(-gates[..., units:2 * units]))
    hidden = z * last + (1 - z) * np.tanh(gates[..., 2 * units:])
    expected = np.where((t.reshape(()) < lengths)[None, :, None], hidden, 0 * last if drop else last)
    return legacy(name, [last, gates, lengths, t], {"drop_states": drop}, expected=[expected.astype(np.float32)])


@operator("FC")
def fully_connected(draw, name):
    outer, inner = draw.shape(1, 2), draw.shape(1, 2)
    n, k = draw.extent(), int(np.prod(inner))
    x, w, bias = draw.reals([*outer, *inner]), draw.reals([n, *inner]), draw.reals([n])
    attributes = {} if len(outer) == 1 else {"axis": 2}
    return legacy(name, [x, w, bias], attributes, expected=[x.reshape(-1, k) @ w.reshape(n, k).T + bias])


@operator("ConstantFill")
def constant_fill(draw, name):
    shape, extra = draw.shape(0, 3), draw.shape(0, 1)
    attributes, dtype = {}, np.dtype(np.float32)
    if draw.flag():
        attributes["value"] = 2.0
    if draw.flag():
        number, dtype = draw.choice((1, np.dtype(np.float32)), (6, np.dtype(np.int32)), (7, np.dtype(np.int64)),
                                    (9, np.dtype(np.bool_)))
        attributes["dtype"] = number
    form = draw.extent(0 if shape else 1, 2)  # An empty list is an attribute of no type.
    operands = []
    if form == 0:
        attributes["shape"] = shape
        extra = []
    elif form == 1:
        operands = [draw.reals(shape)]
    else:
        attributes["input_as_shape"] = 1
        operands = [np.array(shape, np.int64)]
    if extra:
        attributes["extra_shape"] = extra
    return legacy(name, operands, attributes, constants=(0,) if form == 2 and not shape else (),
                  expected=[np.full(shape + extra, attributes.get("value", 0), dtype)])


@operator("GivenTensorFill")
def given_tensor_fill(draw, name):
    x = draw.reals(draw.shape(1, 3))
    like = draw.flag()
    attributes = {"values": [float(v) for v in x.ravel()]}
    if not like:
        attributes["shape"] = list(x.shape)
    return legacy(name, [draw.reals(x.shape)] if like else [], attributes, expected=[x])


@operator("Upsample-1")
def upsample(draw, name):
    x = draw.reals([draw.extent(1, 2), draw.extent(1, 2), draw.extent(), draw.extent()])
    scales = [draw.extent(1, 3), draw.extent(1, 3)]
    attributes = {"height_scale": float(scales[0]), "width_scale": float(scales[1])}
    return legacy(name, [x], attributes, expected=[x.repeat(scales[0], 2).repeat(scales[1], 3)])


@operator("Tile-1")
def tile(draw, name):
    x = draw.reals(draw.shape())
    axis, tiles = draw.extent(0, x.ndim - 1), draw.extent(0, 3)
    repeats = [tiles if d == axis else 1 for d in range(x.ndim)]
    operands = [x, np.full((1,), tiles, np.float32), np.full((1,), axis, np.float32)]
    return legacy(name, operands, expected=[np.tile(x, repeats)])


@operator("Reshape-1")
def reshape(draw, name):
    x = draw.reals(draw.shape())
    shape = draw.choice([-1], [0, -1], [*x.shape, 1])
    result = [x.shape[k] if extent == 0 else extent for k, extent in enumerate(shape)]
    return legacy(name, [x], {"shape": shape, "consumed_inputs": [0]}, expected=[x.reshape(result)])


@operator("Concat-1")
def concat(draw, name):
    shape = draw.shape(2, 4)
    axis = draw.choice(None, 0, 1)
    parts = [draw.reals([draw.extent() if d == (1 if axis is None else axis) else e for d, e in enumerate(shape)])
             for _ in range(draw.extent(1, 3))]
    return legacy(name, parts, {} if axis is None else {"axis": axis}, opset=draw.extent(1, 3),
                  expected=[np.concatenate(parts, 1 if axis is None else axis)])


@operator("Split-1")
def split(draw, name):
    sizes = [draw.extent(0, 3) for _ in range(draw.extent(2, 3))]
    axis = draw.choice(0, 1)
    x = draw.reals([sum(sizes), 3] if axis == 0 else [3, sum(sizes)])
    by_operand = draw.flag()
    return legacy(name, [x, np.array(sizes, np.float32)] if by_operand else [x],
                  {"axis": axis} if by_operand else {"axis": axis, "split": sizes}, outputs=len(sizes),
                  expected=np.split(x, np.cumsum(sizes)[:-1], axis))


@operator("Pad-1")
def pad(draw, name):
    x = draw.reals(draw.shape(1, 3))
    before, after = ([draw.extent(0, 2) for _ in x.shape] for _ in range(2))
    return legacy(name, [x], {"paddings": before + after, "value": 2.0},
                  expected=[np.pad(x, list(zip(before, after)), constant_values=2)])


@operator("RNN-1")
def recurrence(draw, name):
    steps, batch, inputs, hidden = (draw.extent(1, 4) for _ in range(4))
    x = draw.reals([steps, batch, inputs])
    w, r, bias = draw.reals([1, hidden, inputs]), draw.reals([1, hidden, hidden]), draw.reals([1, 2 * hidden])
    h, history = np.zeros([batch, hidden], np.float32), []
    for t in range(steps):
        h = np.tanh(x[t] @ w[0].T + h @ r[0].T + bias[0, :hidden] + bias[0, hidden:])
        history.append(h[None])
    return legacy(name, [x, w, r, bias], {"hidden_size": hidden, "output_sequence": 1}, opset=draw.extent(1, 6), outputs=2,
                  expected=[np.stack(history), h[None]])
