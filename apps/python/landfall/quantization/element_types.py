"""Element types of a network's tensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper, shape_inference

from .engine import Engine
from .network import Network
from .samples import Sample


def infer_types(network: Network) -> dict[str, int]:
    """{tensor: TensorProto.DataType} as far as ONNX's type inference knows them."""
    model = onnx.ModelProto()
    model.CopyFrom(network.model)
    inputs = {port.name for port in model.graph.input}
    model.graph.initializer.extend(tensor for tensor in network.weights.values() if tensor.ByteSize() <= 1024)
    model.graph.input.extend(helper.make_tensor_value_info(name, tensor.data_type, tensor.dims)
                             for name, tensor in network.weights.items() if name not in inputs)
    try:
        graph = shape_inference.infer_shapes(model).graph
    except Exception:  # A model whose shapes contradict each other may still run.
        graph = model.graph
    return {port.name: port.type.tensor_type.elem_type for port in [*graph.input, *graph.value_info, *graph.output]
            if port.type.HasField("tensor_type") and port.type.tensor_type.elem_type}


def observed_types(network: Network, types: dict[str, int], engine: Engine, sample: Sample,
                   operators: Sequence[str]) -> dict[str, int]:
    """Adds the types of the operators' inputs that inference does not know: those behind
    operators of other domains."""
    unknown = list(dict.fromkeys(name for node in network.graph.node if node.op_type in operators
                                 for name in node.input if name and name not in types and name not in network.weights))
    if not unknown:
        return types
    values = engine.load(network, unknown)(sample)
    return {**types, **{name: helper.np_dtype_to_tensor_dtype(values[name].dtype) for name in unknown
                        if isinstance(values[name], np.ndarray)}}
