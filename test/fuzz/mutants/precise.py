"""A model computed in float64, where intermediate results of float32 overflow or cancel."""

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from mutants.mutant import subgraphs

TYPES = {"to", "dtype"}  # Attributes that name an element type.


def widened(model):
    """A copy of the model whose float32 are float64."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graphs = [copy.graph]
    while graphs:
        graph = graphs.pop()
        for tensor in graph.initializer:
            widen(tensor)
        for value in [*graph.input, *graph.output, *graph.value_info]:
            if value.type.tensor_type.elem_type == TensorProto.FLOAT:
                value.type.tensor_type.elem_type = TensorProto.DOUBLE
        for node in graph.node:
            for attribute in node.attribute:
                widen(attribute.t)
                if attribute.name in TYPES and attribute.i == TensorProto.FLOAT:
                    attribute.i = TensorProto.DOUBLE
            graphs.extend(subgraphs(node))
    return copy


def unrounded(model):
    """A copy of a Resize of integers that resizes float64; None of another model."""
    nodes = model.graph.node
    if [node.op_type for node in nodes] != ["Resize"] or model.graph.input[0].name != nodes[0].input[0]:
        return None
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for value in [copy.graph.input[0], copy.graph.output[0]]:
        value.type.tensor_type.elem_type = TensorProto.DOUBLE
    return copy


def is_nearest_integer(integers, reals):
    """Whether rounding the reals, or reals that are nearly the same, gives the integers; values out of range saturate."""
    limits = np.iinfo(integers.dtype)
    return bool(np.all(np.abs(np.clip(reals, limits.min, limits.max) - integers) <= 0.5 + 2**-10))


def widen(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))


def wide(value):
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype == np.float32 else value


def narrow_as(values, likes):
    """The results in the types of others."""
    with np.errstate(all="ignore"):
        return [value.astype(like.dtype) if isinstance(value, np.ndarray) and isinstance(like, np.ndarray) else value
                for value, like in zip(values, likes)]
