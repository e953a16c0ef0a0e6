"""Mutations of sizes, types and values: inputs, constants, attributes.

A mutation is a function of a Mutant and a source of chance; it changes the mutant
and says so by returning True. What is not legal any more is refused by the rival.
"""


import ml_dtypes
import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from mutants.mutant import all_nodes, declared
from mutants.random_graphs import random_array

MUTATIONS = []
SIZES = [0, 1, 2, 3, 5, 7, 11, 13, 16, 17, 31, 32, 33, 64, 65]
MODES = {"mode": ["constant", "reflect", "edge", "wrap", "nearest", "linear", "cubic", "DCR", "CRD", "bilinear"],
         "auto_pad": ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"], "padding_mode": ["zeros", "border", "reflection"],
         "coordinate_transformation_mode": ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel",
                                            "tf_crop_and_resize", "half_pixel_symmetric"],
         "nearest_mode": ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"],
         "direction": ["forward", "reverse", "bidirectional", "LEFT", "RIGHT"], "reduction": ["none", "add", "mul", "max", "min"],
         "approximate": ["none", "tanh"]}
TYPES = {TensorProto.FLOAT16: np.dtype(np.float16), TensorProto.BFLOAT16: np.dtype(ml_dtypes.bfloat16),
         TensorProto.DOUBLE: np.dtype(np.float64), TensorProto.INT32: np.dtype(np.int32),
         TensorProto.INT64: np.dtype(np.int64)}
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, 6e4, 1e30]


def mutation(function):
    MUTATIONS.append(function)
    return function


def resized(array, axis, extent, rng):
    """The array with another extent: its own elements over again."""
    if not array.shape[axis]:
        shape = list(array.shape)
        shape[axis] = extent
        return random_array(rng, array.dtype, shape)
    return np.take(array, np.arange(extent) % array.shape[axis], axis)


def array_inputs(m, rank=1):
    return [name for name, value in m.feeds.items() if isinstance(value, np.ndarray) and value.ndim >= rank]


#===--- Sizes -------------------------------------------------------------===#


@mutation
def resize_dimension(m, rng):
    """All extents of one size in inputs and some of the constants become another."""
    inputs = array_inputs(m)
    if not inputs:
        return False
    name = rng.choice(inputs)
    old = rng.choice(m.feeds[name].shape)
    new = rng.choice(SIZES)
    everywhere = rng.random() < 0.6
    for other in inputs if everywhere else [name]:
        value = m.feeds[other]
        for axis, extent in enumerate(value.shape):
            if extent == old and value.size // max(extent, 1) * new < 300_000:
                value = resized(value, axis, new, rng)
        m.redeclare(other, value)
    for tensor in list(m.graph.initializer) if everywhere and rng.random() < 0.4 else []:
        array = numpy_helper.to_array(tensor)
        if array.ndim == 1 and array.size < 8 and array.dtype == np.int64:
            m.set_constant(tensor.name, np.where(array == old, new, array))
        elif old in array.shape and array.size // max(old, 1) * new < 300_000:
            m.set_constant(tensor.name, resized(array, array.shape.index(old), new, rng))
    return old != new


@mutation
def resize_axis(m, rng):
    """One axis of one input."""
    inputs = array_inputs(m)
    if not inputs:
        return False
    name = rng.choice(inputs)
    value, new = m.feeds[name], rng.choice(SIZES)
    axis = rng.randrange(value.ndim)
    if value.size // max(value.shape[axis], 1) * new > 300_000:
        return False
    m.redeclare(name, resized(value, axis, new, rng))
    return True


def is_list(array):
    """Like a shape or axes: their number must be known, for it is a rank."""
    return array.ndim == 1 and array.dtype.kind == "i" and array.size < 7


@mutation
def make_symbolic(m, rng):
    """Dimensions get names; with luck equal ones the same name."""
    shared = rng.random() < 0.5
    changed = False
    for value in m.inputs():
        array = m.feeds[value.name]
        if isinstance(array, list) or (is_list(array) and rng.random() < 0.95):
            continue
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            decides_a_rank = array.dtype.kind == "i" and axis == array.ndim - 1  # Indices of GatherND.
            if rng.random() < (0.05 if decides_a_rank else 0.7):
                dim.dim_param = f"N{array.shape[axis]}" if shared else f"{value.name}_{axis}"
                changed = True
    return changed


@mutation
def make_fixed(m, rng):
    for value in m.inputs():
        value.CopyFrom(declared(value.name, m.feeds[value.name]))
    return True


@mutation
def rank_change(m, rng):
    """One more axis in front of an input, or one less."""
    inputs = array_inputs(m, 0)
    if not inputs:
        return False
    name = rng.choice(inputs)
    value = m.feeds[name]
    m.redeclare(name, value[None] if rng.random() < 0.6 or not value.ndim or not value.shape[0] else np.asarray(value[0]))
    return True


#===--- Types -------------------------------------------------------------===#


def retyped_tensor(tensor, old, new):
    if tensor.data_type != old:
        return
    with np.errstate(all="ignore"):
        array = numpy_helper.to_array(tensor).astype(TYPES[new])
    name = tensor.name
    tensor.CopyFrom(numpy_helper.from_array(array, name))


def retype_graph(graph, old, new):
    for tensor in graph.initializer:
        retyped_tensor(tensor, old, new)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.TENSOR:
                retyped_tensor(attribute.t, old, new)
            elif attribute.type == AttributeProto.GRAPH:
                for value in (*attribute.g.input, *attribute.g.output):
                    if value.type.tensor_type.elem_type == old:
                        value.type.tensor_type.elem_type = new
                retype_graph(attribute.g, old, new)
            elif attribute.name in ("to", "dtype") and attribute.i == old:
                attribute.i = new


@mutation
def retype_model(m, rng):
    """Everything of one type becomes another."""
    old, new = rng.choice([(TensorProto.FLOAT, TensorProto.FLOAT16)] * 3 + [(TensorProto.FLOAT, TensorProto.DOUBLE)] * 2 + [
        (TensorProto.FLOAT, TensorProto.BFLOAT16), (TensorProto.FLOAT, TensorProto.INT32),
        (TensorProto.INT64, TensorProto.INT32), (TensorProto.INT32, TensorProto.INT64)])
    old_type = helper.tensor_dtype_to_np_dtype(old)
    retype_graph(m.graph, old, new)
    for name, value in list(m.feeds.items()):
        if isinstance(value, np.ndarray) and value.dtype == old_type:
            with np.errstate(all="ignore"):
                m.feeds[name] = value.astype(TYPES[new])
            info = next(value for value in m.graph.input if value.name == name)
            info.type.tensor_type.elem_type = new
    return True


@mutation
def retype_input(m, rng):
    """One input's type."""
    inputs = array_inputs(m, 0)
    if not inputs:
        return False
    name = rng.choice(inputs)
    with np.errstate(all="ignore"):
        m.redeclare(name, m.feeds[name].astype(rng.choice([np.float16, np.float64, np.int32, np.int64, np.uint8, np.int8])))
    return True


#===--- Values ------------------------------------------------------------===#


@mutation
def other_values(m, rng):
    """Other numbers of the same kind, some of them special."""
    inputs = array_inputs(m, 0)
    if not inputs:
        return False
    name = rng.choice(inputs)
    value = np.array(m.feeds[name])
    if value.dtype.kind == "f" and value.size:
        with np.errstate(all="ignore"):
            if rng.random() < 0.5:
                value = (value * rng.choice([0.01, 100, 1000])).astype(value.dtype)
            else:
                value.flat[rng.randrange(value.size)] = rng.choice(SPECIAL)
    elif value.size:
        value.flat[rng.randrange(value.size)] = value.flat[rng.randrange(value.size)]
    m.feeds[name] = value
    return True


@mutation
def constant_values(m, rng):
    """An element of a small integer constant: axes, shapes, indices, sizes."""
    found = [t for t in m.graph.initializer if t.data_type in (TensorProto.INT64, TensorProto.INT32)
             and 0 < int(np.prod(t.dims)) < 16]
    if not found:
        return False
    tensor = rng.choice(found)
    array = np.array(numpy_helper.to_array(tensor))
    array.flat[rng.randrange(array.size)] += rng.choice([1, -1, 2, -2, 5, -array.flat[0]])
    m.set_constant(tensor.name, array)
    return True


@mutation
def constant_to_input(m, rng):
    found = [name for name, tensor in m.constants().items() if 0 not in tensor.dims]
    if not found:
        return False
    for name in rng.sample(found, min(len(found), rng.choice([1, 1, 3]))):
        array = numpy_helper.to_array(m.constants()[name])
        m.drop_constant(name)
        kept = [value for value in m.graph.input if value.name != name]
        del m.graph.input[:]
        m.graph.input.extend([*kept, declared(name, array)])
        m.feeds[name] = array
    return True


@mutation
def input_to_constant(m, rng):
    found = array_inputs(m, 0)
    if len(found) < 2:
        return False
    name = rng.choice(found)
    array = m.feeds[name]
    m.drop_input(name)
    m.graph.initializer.append(numpy_helper.from_array(array, name))
    return True


@mutation
def constant_with_default(m, rng):
    """An initializer that is an input too: a default that may be overridden."""
    found = [name for name in m.constants() if name not in {value.name for value in m.graph.input}]
    if not found:
        return False
    name = rng.choice(found)
    m.graph.input.append(declared(name, numpy_helper.to_array(m.constants()[name])))
    return True


#===--- Attributes --------------------------------------------------------===#


def change_number(value, rng):
    return value + rng.choice([1, -1, 2, -2, -value, 3])


@mutation
def change_attribute(m, rng):
    """One attribute of one node, in subgraphs too."""
    found = [attribute for node in all_nodes(m.graph) for attribute in node.attribute
             if attribute.type in (AttributeProto.INT, AttributeProto.INTS, AttributeProto.STRING, AttributeProto.FLOAT)]
    if not found:
        return False
    attribute = rng.choice(found)
    if attribute.type == AttributeProto.INT:
        attribute.i = change_number(attribute.i, rng) if attribute.i not in (0, 1) or rng.random() < 0.5 else 1 - attribute.i
    elif attribute.type == AttributeProto.FLOAT:
        attribute.f = rng.choice([0.0, 1.0, -1.0, 0.5, 1e-5, 2.0])
    elif attribute.type == AttributeProto.STRING:
        attribute.s = rng.choice(MODES.get(attribute.name, [""])).encode() or attribute.s
    elif attribute.ints:
        k = rng.randrange(len(attribute.ints))
        attribute.ints[k] = change_number(attribute.ints[k], rng)
    return True


@mutation
def drop_attribute(m, rng):
    found = [(node, a) for node in all_nodes(m.graph) for a in node.attribute if a.type != AttributeProto.GRAPH]
    if not found:
        return False
    node, attribute = rng.choice(found)
    node.attribute.remove(attribute)
    return True


@mutation
def add_attribute(m, rng):
    """One that the operator has and the node leaves out."""
    node = rng.choice(list(m.graph.node))
    try:
        schema = onnx.defs.get_schema(node.op_type, m.opset, node.domain)
    except onnx.defs.SchemaError:
        return False
    given = {attribute.name for attribute in node.attribute}
    found = [a for name, a in sorted(schema.attributes.items()) if name not in given
             and a.type in (onnx.defs.OpSchema.AttrType.INT, onnx.defs.OpSchema.AttrType.FLOAT)]
    if not found:
        return False
    known = rng.choice(found)
    if known.type == onnx.defs.OpSchema.AttrType.INT:
        node.attribute.append(helper.make_attribute(known.name, rng.choice([0, 1, 2, -1])))
    else:
        node.attribute.append(helper.make_attribute(known.name, rng.choice([0.0, 1.0, 0.5, -1.0])))
    return True


@mutation
def negative_axis(m, rng):
    """An axis counted from the back."""
    arrays = m.arrays()
    found = [(node, a) for node in m.graph.node for a in node.attribute
             if a.name in ("axis", "axes") and node.input and node.input[0] in arrays]
    if not found:
        return False
    node, attribute = rng.choice(found)
    rank = arrays[node.input[0]].ndim
    if attribute.name == "axis":
        attribute.i += -rank if attribute.i >= 0 else rank
    else:
        attribute.ints[:] = [axis - rank if axis >= 0 else axis + rank for axis in attribute.ints]
    return True


def other_feeds(m, rng):
    """Feeds of other sizes where dimensions have names, or None."""
    sizes, feeds = {}, dict(m.feeds)
    for value in m.inputs():
        array = m.feeds[value.name]
        if not isinstance(array, np.ndarray):
            continue
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            if dim.HasField("dim_param") and dim.dim_param:
                old = m.feeds[value.name].shape[axis]
                new = sizes.setdefault(dim.dim_param, rng.choice([old, old, old + 1, max(old - 1, 1), 2 * old, 1]))
                if array.size // max(array.shape[axis], 1) * new < 300_000:
                    array = resized(array, axis, new, rng)
        feeds[value.name] = array
    return feeds if any(feeds[name] is not m.feeds[name] for name in feeds) else None
