"""Makers of random nodes: arithmetic, movement, reductions.

Each maker adds at most a few nodes to a Builder. MAKERS lists them with how often
they are drawn.
"""

import numpy as np
from onnx import TensorProto

from mutants.random_graphs import makers_list, random_array

MAKERS, maker = makers_list()
UNARY = ["Abs", "Neg", "Relu", "Sigmoid", "Tanh", "Exp", "Floor", "Ceil", "Round", "Sign", "Erf", "Softplus",
         "Softsign", "Sin", "Cos", "Atan", "Asinh", "Identity", "Elu", "Selu", "Celu", "LeakyRelu", "HardSigmoid",
         "HardSwish", "ThresholdedRelu", "Mish", "Gelu", "Shrink", "Reciprocal", "Sqrt", "Log", "Acos", "Asin",
         "Atanh", "Acosh", "Tan", "Sinh", "Cosh", "IsNaN", "IsInf", "Swish"]
BINARY = ["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Mean", "Sum"]
COMPARE = ["Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual"]
REDUCE = ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]
NARROW = [TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.INT8, TensorProto.UINT8,
          TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL, TensorProto.INT16, TensorProto.UINT32]
# Opsets from which axes are an operand.
AXES_OPERAND = {"ReduceSum": 13, "Squeeze": 13, "Unsqueeze": 13}


#===--- Arithmetic --------------------------------------------------------===#


@maker(10)
def unary(b):
    b.add(b.rng.choice(UNARY), [b.tensor("f")])


@maker(1)
def unary_of_ints(b):
    b.add(b.rng.choice(["Abs", "Neg", "Sign", "BitwiseNot", "Identity", "Relu"]), [b.tensor("iu")])


@maker(10)
def binary(b):
    a = b.tensor("f")
    operands = [a, b.like(a)]
    if b.chance(0.5):
        operands.reverse()
    b.add(b.rng.choice(BINARY), operands)


@maker(2)
def binary_of_ints(b):
    a = b.tensor("iu")
    other = b.like(a)
    op = b.rng.choice(["Add", "Sub", "Mul", "Max", "Min", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Mod"])
    if op in ("Div", "Mod") and not np.all(b.values[other]):
        return
    b.add(op, [a, other])


@maker(1)
def remainder(b):
    a = b.tensor("f")
    b.add("Mod", [a, b.like(a)], fmod=1)


@maker(1)
def slopes(b):
    name = b.tensor("f")
    shape = [extent if b.chance(0.5) else 1 for extent in b.values[name].shape]
    b.add("PRelu", [name, b.leaf(random_array(b.rng, b.values[name].dtype, shape[b.rng.randint(0, len(shape)):]))])


@maker(1)
def shift(b):
    a = b.tensor("u")
    b.add("BitShift", [a, b.leaf(b.values[a] % 8)], direction=b.rng.choice(["LEFT", "RIGHT"]))


@maker(2)
def compare(b):
    a = b.tensor("fi")
    b.add(b.rng.choice(COMPARE), [a, b.like(a)])


@maker(1)
def logic(b):
    a = b.tensor("b")
    b.add("Not", [a]) if b.chance(0.3) else b.add(b.rng.choice(["And", "Or", "Xor"]), [a, b.like(a)])


@maker(2)
def where(b):
    a = b.tensor("fiub")
    other = b.like(a)
    value = b.values[a]
    condition = b.tensor("b", fits=lambda c: all(x == y or 1 in (x, y) for x, y in zip(c.shape[::-1], value.shape[::-1])))
    b.add("Where", [condition, a, other])


@maker(2)
def cast(b):
    name = b.tensor("fiub")
    to = b.rng.choice(NARROW)
    value = b.values[name]
    if value.dtype.kind == "f" and to not in (1, 10, 11, 9) and value.size:
        if not np.all(np.isfinite(value)) or value.min() < 0 or value.max() > 100:  # Others are unspecified.
            name = (b.add("Clip", [name, b.leaf(np.array(0, value.dtype)), b.leaf(np.array(100, value.dtype))]) or [None])[0]
    b.add("Cast", [name], to=to)


@maker(1)
def clip(b):
    name = b.tensor("fi")
    dtype = b.values[name].dtype
    low, high = b.parameter(np.array(-1, dtype)), b.parameter(np.array(2, dtype))
    b.add("Clip", [name, *b.rng.choice([[low, high], [low], ["", high]])])


#===--- Movement ----------------------------------------------------------===#


@maker(3)
def reshape(b):
    name = b.tensor("fiub")
    extents = list(b.values[name].shape)
    kind = b.rng.randrange(4)
    if kind == 0 and len(extents) > 1:  # Two neighbours become one.
        k = b.rng.randrange(len(extents) - 1)
        extents[k:k + 2] = [extents[k] * extents[k + 1]]
    elif kind == 1:
        extents.insert(b.rng.randint(0, len(extents)), 1)
    elif kind == 2 and extents and extents[-1] % 2 == 0:
        extents[-1:] = [extents[-1] // 2, 2]
    elif kind == 3:
        extents = [0 if extent and b.chance(0.4) else extent for extent in extents]
    if extents and 0 not in b.values[name].shape and b.chance(0.4):
        extents[b.rng.randrange(len(extents))] = -1
    b.add("Reshape", [name, b.parameter(np.array(extents, np.int64))])


@maker(1)
def reshape_by_shape(b):
    """To the shape of another value, or its own computed one."""
    name = b.tensor("fiu", low=1)
    value = b.values[name]
    other = b.tensor("fiub", fits=lambda o: o.size == value.size)
    shape = b.add("Shape", [other]) if other else None
    if shape:
        b.add("Reshape", [name, shape[0]])


@maker(3)
def transpose(b):
    name = b.tensor("fiub", low=1)
    perm = list(range(b.values[name].ndim))
    b.rng.shuffle(perm)
    b.add("Transpose", [name], perm=None if b.chance(0.1) else perm)


@maker(3)
def slices(b):
    name = b.tensor("fiub", low=1)
    value = b.values[name]
    axes = b.axes(value)
    starts, ends, steps = [], [], []
    for axis in axes:
        extent = value.shape[axis]
        step = b.rng.choice([1, 1, 1, 2, 3, -1, -2])
        bounds = sorted(b.rng.randint(0, extent) for _ in range(2))
        bounds = bounds[::-1] if step < 0 else bounds
        starts.append(bounds[0] - (extent if b.chance(0.3) and bounds[0] < extent else 0))
        ends.append(b.rng.choice([bounds[1], 1 << 40 if step > 0 else -(1 << 40)]))
        steps.append(step)
    parameters = [b.parameter(np.array(v, np.int64)) for v in (starts, ends, axes, steps)]
    b.add("Slice", [name, *parameters])


@maker(2)
def concat(b):
    first = b.tensor("fiub", low=1)
    value = b.values[first]
    axis = b.rng.randrange(value.ndim)

    def fits(other):
        return other.dtype == value.dtype and other.ndim == value.ndim and all(
            x == y for k, (x, y) in enumerate(zip(other.shape, value.shape)) if k != axis)

    names = [first] + [b.tensor(value.dtype.kind, fits=fits) or first for _ in range(b.rng.randint(0, 3))]
    b.rng.shuffle(names)
    b.add("Concat", names, axis=axis - value.ndim if b.chance(0.3) else axis)


@maker(2)
def split(b):
    name = b.tensor("fiub", low=1)
    value = b.values[name]
    axis = b.axis(value)
    extent = value.shape[axis]
    count = b.rng.randint(1, 3)
    if b.opset >= 18 and b.chance(0.5):
        b.add("Split", [name], results=count, axis=axis, num_outputs=count)
        return
    cuts = sorted(b.rng.randint(0, extent) for _ in range(count - 1))
    sizes = np.diff([0, *cuts, extent]).astype(np.int64)
    b.add("Split", [name, b.parameter(sizes)], results=count, axis=axis)


@maker(2)
def squeeze(b):
    name = b.tensor("fiub", low=1, fits=lambda v: 1 in v.shape)
    if name is None:
        return
    value = b.values[name]
    ones = [k for k, extent in enumerate(value.shape) if extent == 1]
    axes = b.rng.sample(ones, b.rng.randint(1, len(ones)))
    b.add("Squeeze", [name] if b.chance(0.2) else [name, b.parameter(np.array(axes, np.int64))])


@maker(2)
def unsqueeze(b):
    name = b.tensor("fiub", high=4)
    rank = b.values[name].ndim + 1
    b.add("Unsqueeze", [name, b.parameter(np.array([b.rng.randrange(-rank, rank)], np.int64))])


@maker(1)
def expand(b):
    name = b.tensor("fiub")
    shape = [b.rng.choice([2, 3, extent]) if extent == 1 else extent for extent in b.values[name].shape]
    b.add("Expand", [name, b.parameter(np.array([2] * b.chance(0.3) + shape, np.int64))])


@maker(1)
def tile(b):
    name = b.tensor("fiub", low=1)
    repeats = [b.rng.choice([1, 1, 2, 3, 0]) for _ in b.values[name].shape]
    b.add("Tile", [name, b.parameter(np.array(repeats, np.int64))])


@maker(2)
def pad(b):
    name = b.tensor("fi", low=1)
    value = b.values[name]
    modes = ["constant", "constant", "reflect", "edge"] + ["wrap"] * (b.opset >= 19)
    pads = [b.rng.choice([0, 0, 1, 2, -1]) for _ in range(2 * value.ndim)]
    fill = [b.parameter(np.array(1.5, value.dtype))] if b.chance(0.4) else []
    b.add("Pad", [name, b.parameter(np.array(pads, np.int64)), *fill], mode=b.rng.choice(modes))


def indices(b, extent, shape):
    low = -extent if b.chance(0.4) else 0
    numbers = np.random.default_rng(b.rng.getrandbits(32))
    return numbers.integers(low, max(extent, 1), shape).astype(b.rng.choice([np.int64, np.int32]))


@maker(2)
def gather(b):
    name = b.tensor("fiub", low=1, fits=lambda v: v.size)
    if name:
        axis = b.axis(b.values[name])
        at = indices(b, b.values[name].shape[axis], b.shape(b.rng.randint(0, 2), most=16))
        b.add("Gather", [name, b.leaf(at)], axis=axis)


@maker(1)
def gather_elements(b):
    name = b.tensor("fiub", low=1, fits=lambda v: v.size)
    if name:
        value = b.values[name]
        axis = b.axis(value)
        at = b.leaf(indices(b, value.shape[axis], value.shape))
        if b.chance(0.5):
            b.add("GatherElements", [name, at], axis=axis)
        else:
            updates = b.leaf(random_array(b.rng, value.dtype, value.shape))
            reduction = b.rng.choice(["add", "mul"]) if b.opset >= 16 else None
            b.add("ScatterElements", [name, at, updates], axis=axis, reduction=reduction)


@maker(1)
def gather_nd(b):
    name = b.tensor("fiub", low=1, high=4, fits=lambda v: v.size)
    if not name:
        return
    value = b.values[name]
    width = b.rng.randint(1, value.ndim)
    count = b.rng.randint(1, 5)
    at = np.stack([indices(b, extent, count).astype(np.int64) for extent in value.shape[:width]], -1)
    if b.chance(0.5):
        b.add("GatherND", [name, b.leaf(at)])
    elif len({tuple(row) for row in at % np.array(value.shape[:width])}) == count:  # Twice the same is unspecified.
        b.add("ScatterND", [name, b.leaf(at), b.leaf(random_array(b.rng, value.dtype, (count, *value.shape[width:])))])


@maker(1)
def shape_arithmetic(b):
    name = b.tensor("fiub", low=1)
    shape = b.add("Shape", [name])
    extent = b.add("Gather", [shape[0], b.leaf(np.array(b.axis(b.values[name])), constant=True)]) if shape else None
    if not extent:
        return
    draw = b.rng.randrange(4)
    if draw == 0:
        b.add("Range", [b.leaf(np.array(0), constant=True), extent[0], b.leaf(np.array(1), constant=True)])
    elif draw == 1 and (dims := b.add("Unsqueeze", [extent[0], b.leaf(np.array([0]), constant=True)])):
        b.add("ConstantOfShape", dims)
    elif draw == 2:
        b.add("Mul", [extent[0], b.leaf(np.array(2))])
    else:
        b.add("Expand", [b.leaf(random_array(b.rng, b.main_type, [1])), shape[0]])


@maker(1)
def triangle(b):
    b.add("Trilu", [b.tensor("fi", low=2)], upper=b.rng.randrange(2))


@maker(1)
def one_hot(b):
    at = b.leaf(indices(b, 4, b.shape(1)))
    b.add("OneHot", [at, b.leaf(np.array(4), constant=True), b.leaf(np.array([0, 1], b.main_type), constant=True)],
          axis=b.rng.choice([-1, 0, 1]))


@maker(1)
def data_dependent(b):
    """Results whose size follows from values."""
    name = b.tensor("fib", low=1)
    value = b.values[name]
    draw = b.rng.randrange(3)
    if draw == 0:
        b.add("NonZero", [name])
    elif draw == 1:
        axis = b.axis(value)
        b.add("Compress", [name, b.leaf(random_array(b.rng, np.bool_, [value.shape[axis]]))], axis=axis)
    else:
        b.add("Unique", [name], results=b.rng.randint(1, 4), sorted=1)


#===--- Reductions --------------------------------------------------------===#


@maker(4)
def reduce(b):
    op = "Reduce" + b.rng.choice(REDUCE)
    name = b.tensor("fi" if op in ("ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean") else "f")
    value = b.values[name]
    axes = b.axes(value) if value.ndim and b.chance(0.8) else None
    keep = b.rng.randrange(2)
    if axes is not None and b.opset >= AXES_OPERAND.get(op, 18):
        b.add(op, [name, b.parameter(np.array(axes, np.int64))], keepdims=keep)
    else:
        b.add(op, [name], keepdims=keep, axes=axes)


@maker(1)
def arg(b):
    name = b.tensor("fi", low=1)
    b.add(b.rng.choice(["ArgMax", "ArgMin"]), [name], axis=b.axis(b.values[name]), keepdims=b.rng.randrange(2),
          select_last_index=b.rng.randrange(2))


@maker(1)
def top_k(b):
    name = b.tensor("fi", low=1)
    axis = b.axis(b.values[name])
    k = b.rng.randint(0, b.values[name].shape[axis])
    b.add("TopK", [name, b.parameter(np.array([k], np.int64))], results=2, axis=axis, largest=b.rng.randrange(2))


@maker(1)
def running(b):
    name = b.tensor("fi", low=1)
    b.add("CumSum", [name, b.parameter(np.array(b.axis(b.values[name]), np.int64))], exclusive=b.rng.randrange(2),
          reverse=b.rng.randrange(2))


@maker(1)
def reverse_sequence(b):
    name = b.tensor("fi", low=2)
    value = b.values[name]
    lengths = [b.rng.randint(1, max(1, value.shape[0])) for _ in range(value.shape[1])]
    b.add("ReverseSequence", [name, b.leaf(np.array(lengths, np.int64))], time_axis=0, batch_axis=1)
