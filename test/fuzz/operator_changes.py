"""What can be wrong with one operator's node: changes of a node test, in a fixed order.

`changes(model, feeds)` yields (what was changed, model, feeds); feeds are None
where the model is for compiling only. Used by operator_matrix.py.
"""

import ml_dtypes
import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

HUGE = [(1 << 31) - 1, 1 << 31, (1 << 31) + 1, (1 << 32) - 1, 1 << 32, (1 << 32) + 1]
LIMITS = [-(1 << 63), -(1 << 32), -1000, -2, -1, 0, 1, 2, 1000, 1 << 31, (1 << 32) + 1, (1 << 63) - 1]
REALS = [np.nan, np.inf, -np.inf, 0.0, -1.0, 1e30, 5e9]
TYPES = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.int8, np.uint8, np.int32, np.int64, np.uint64, np.bool_]
WIDE = [(np.int64, "int64"), (np.float32, "float32")]
SMALL = 16  # Elements of an operand whose values are changed one by one.


def copy_of(model):
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.value_info[:]
    # Types and shapes of results follow from what is changed.
    for k, output in enumerate(copy.graph.output):
        output.CopyFrom(helper.make_empty_tensor_value_info(output.name) if output.type.HasField("tensor_type")
                        else output)
    return copy


def declared(model, name, array):
    """A copy whose input has the array's type and shape."""
    copy = copy_of(model)
    for value in copy.graph.input:
        if value.name == name:
            value.CopyFrom(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype),
                                                         array.shape))
    return copy


def as_constant(model, name, array):
    """A copy whose input is an initializer."""
    copy = copy_of(model)
    copy.graph.initializer.append(numpy_helper.from_array(array, name))
    kept = [value for value in copy.graph.input if value.name != name]
    del copy.graph.input[:]
    copy.graph.input.extend(kept)
    return copy


def without(feeds, name):
    return {other: value for other, value in feeds.items() if other != name}


#===--- Operands ----------------------------------------------------------===#


def counts(model, feeds):
    """Operands that are missing or too many."""
    node = model.graph.node[-1]
    for k in range(len(node.input)):
        copy = copy_of(model)
        copy.graph.node[-1].input[k] = ""
        yield f"operand {k} is empty", copy, feeds
        copy = copy_of(model)
        del copy.graph.node[-1].input[k:]
        yield f"operands from {k} on are left out", copy, feeds
    for k, name in enumerate(node.input):
        copy = copy_of(model)
        copy.graph.node[-1].input.append(name)
        yield f"operand {k} again at the end", copy, feeds
    copy = copy_of(model)
    copy.graph.node[-1].output.append("another")
    yield "one more result", copy, feeds


def other_arrays(array):
    """(what, array) of another rank or type."""
    yield "rank + 1 at the front", array[None]
    yield "rank + 1 at the back", array[..., None]
    if array.ndim:
        yield "rank - 1", np.asarray(array[0]) if array.shape[0] else np.zeros(array.shape[1:], array.dtype)
        yield "rank 0", array.reshape(-1)[:1].reshape(()) if array.size else np.zeros((), array.dtype)
    for dtype in TYPES:
        if array.dtype != dtype and array.dtype.kind not in "OSU":
            with np.errstate(all="ignore"):
                yield f"type {np.dtype(dtype).name}", array.astype(dtype)
    for axis, extent in enumerate(array.shape):
        for other in {0, 1, extent + 1} - {extent}:
            indices = np.arange(other) % max(extent, 1)
            resized = np.take(array, indices, axis) if extent or not other else None
            if resized is not None:
                yield f"extent {other} at {axis}", resized


def other_values(array):
    """(what, array) with one element that is extreme."""
    if array.size > SMALL or array.dtype.kind not in "iuf":
        return
    for k in range(array.size):
        for value in REALS if array.dtype.kind == "f" else LIMITS:
            info = None if array.dtype.kind == "f" else np.iinfo(array.dtype)
            if info and not info.min <= value <= info.max:
                continue
            copy = array.copy()
            copy.flat[k] = value
            yield f"element {k} is {value}", copy
    if array.size > 1 and array.dtype.kind in "iu":
        yield "all elements alike", np.full_like(array, array.flat[0])


def operands(model, feeds):
    tensors = {value.name for value in model.graph.input if value.type.HasField("tensor_type")}
    for name, array in feeds.items():
        if name not in tensors or not isinstance(array, np.ndarray):
            continue
        for what, other in other_arrays(array):
            yield f"'{name}': {what}", declared(model, name, other), {**feeds, name: other}
        for what, other in other_values(array):
            yield f"'{name}': {what}", declared(model, name, other), {**feeds, name: other}
            yield f"constant '{name}': {what}", as_constant(model, name, other), without(feeds, name)
        for axis in range(array.ndim):
            for extent in HUGE:
                copy = copy_of(model)
                dims = next(v for v in copy.graph.input if v.name == name).type.tensor_type.shape.dim
                dims[axis].dim_value = extent
                yield f"'{name}': declared extent {extent} at {axis}", copy, None
        yield f"'{name}': a sequence", as_sequence(model, name, array), {**feeds, name: [array]}


def as_sequence(model, name, array):
    copy = copy_of(model)
    for value in copy.graph.input:
        if value.name == name:
            value.CopyFrom(helper.make_tensor_sequence_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), None))
    return copy


#===--- Attributes --------------------------------------------------------===#


def other_attributes(attribute):
    """(what, attribute or None: leave it out)"""
    name, value = attribute.name, helper.get_attribute_value(attribute)
    yield f"no '{name}'", None
    yield f"'{name}' is a tensor", helper.make_attribute(name, numpy_helper.from_array(np.zeros(1, np.float32)))
    if attribute.type == AttributeProto.INT:
        for other in LIMITS:
            yield f"'{name}' is {other}", helper.make_attribute(name, other)
        yield f"'{name}' is a list", helper.make_attribute(name, [value])
    elif attribute.type == AttributeProto.FLOAT:
        for other in REALS:
            yield f"'{name}' is {other}", helper.make_attribute(name, float(other))
    elif attribute.type == AttributeProto.STRING:
        for other in ("", "nonsense", "\xff" * 3):
            yield f"'{name}' is {other!r}", helper.make_attribute(name, other)
    elif attribute.type in (AttributeProto.INTS, AttributeProto.FLOATS) and len(value):
        kind = LIMITS if attribute.type == AttributeProto.INTS else REALS
        for k in range(min(len(value), 4)):
            for other in kind:
                yield f"'{name}'[{k}] is {other}", helper.make_attribute(name, [*value[:k], other, *value[k + 1:]])
        yield f"'{name}' is longer", helper.make_attribute(name, [*value, value[-1]])
        yield f"'{name}' is shorter", helper.make_attribute(name, value[:-1], attr_type=attribute.type)


def schema_of(model, node):
    """By ONNX, or by ONNX Runtime for its own operators; None for what neither knows."""
    version = next(entry.version for entry in model.opset_import if entry.domain == node.domain)
    if onnx.defs.has(node.op_type, version, node.domain):
        return onnx.defs.get_schema(node.op_type, version, node.domain)
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return next((schema for schema in state.get_all_operator_schema()
                 if (schema.name, schema.domain) == (node.op_type, node.domain)), None)


def attributes(model, feeds):
    node = model.graph.node[-1]
    for k, attribute in enumerate(node.attribute):
        for what, other in other_attributes(attribute):
            copy = copy_of(model)
            kept = [a for i, a in enumerate(node.attribute) if i != k] + ([other] if other else [])
            del copy.graph.node[-1].attribute[:]
            copy.graph.node[-1].attribute.extend(kept)
            yield what, copy, feeds
    copy = copy_of(model)
    copy.graph.node[-1].attribute.append(helper.make_attribute("unheard_of", 1))
    yield "an attribute that is not known", copy, feeds
    given = {attribute.name for attribute in node.attribute}
    schema = schema_of(model, node)
    for name, known in sorted(schema.attributes.items() if schema else ()):
        if name not in given and known.type.name == "INT":
            for value in LIMITS:
                copy = copy_of(model)
                copy.graph.node[-1].attribute.append(helper.make_attribute(name, value))
                yield f"'{name}' is {value}", copy, feeds


def changes(model, feeds):
    yield "nothing", copy_of(model), feeds
    yield from counts(model, feeds)
    yield from operands(model, feeds)
    yield from attributes(model, feeds)
