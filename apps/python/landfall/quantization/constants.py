"""Constants in one form: initializers that no caller can replace."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import inliner, numpy_helper
from onnx.reference import ReferenceEvaluator

from .network import Network

#: Operators between a stored weight and the layer that reads it.
FOLDED = {"Add", "Cast", "Concat", "Div", "Flatten", "Identity", "Mul", "Reshape", "Slice", "Squeeze", "Sub",
          "Transpose", "Unsqueeze"}


def gather_constants(network: Network) -> None:
    """Functions are inlined, Constant nodes and copies of constants become initializers."""
    if network.model.functions:
        network.model = inliner.inline_local_functions(network.model)
    _drop_optional_inputs(network)
    aliases: dict[str, str] = {}
    kept = []
    for node in network.graph.node:
        tensor = _constant(node)
        if tensor is not None:
            tensor.name = node.output[0]
            network.weights[tensor.name] = tensor
        elif (node.op_type == "Identity" and node.domain == "" and node.input[0] in network.weights
              and node.output[0] not in network.output_names()):
            copied = onnx.TensorProto()
            copied.CopyFrom(network.weights[node.input[0]])
            copied.name = node.output[0]
            aliases[node.output[0]] = node.input[0]
            network.weights[node.output[0]] = copied
        else:
            kept.append(node)
    captured = network.captured() if aliases else set()
    for node in kept:
        for k, name in enumerate(node.input):
            if name in aliases:
                node.input[k] = aliases[name]
    del network.graph.node[:]
    network.graph.node.extend(kept)
    for name in aliases:
        if name not in captured:
            del network.weights[name]


def fold_weights(network: Network) -> None:
    """What such operators make of constants becomes a constant."""
    kept = []
    for node in network.graph.node:
        value = _value(network, node)
        if value is None:
            kept.append(node)
        else:
            network.weights[node.output[0]] = numpy_helper.from_array(value, node.output[0])
    del network.graph.node[:]
    network.graph.node.extend(kept)
    network.remove_unused_constants()


def _value(network: Network, node: onnx.NodeProto) -> np.ndarray | None:
    if node.op_type not in FOLDED or node.domain not in ("", "ai.onnx") or node.output[0] in network.output_names():
        return None
    names = [name for name in node.input if name]
    if not names or not all(network.is_constant(name) for name in names):
        return None
    try:
        value = ReferenceEvaluator(node, opsets={"": network.opset()}).run(
            None, {name: network.array(name) for name in names})[0]
    except Exception:  # A type that the evaluator lacks: the node stays.
        return None
    return np.asarray(value)


def name_nodes(network: Network) -> None:
    """Every node of the main graph gets a name of its own: layers are known by it."""
    seen: set[str] = set()
    for node in network.graph.node:
        if not node.name or node.name in seen:
            node.name = network.new_name(node.name or f"{node.op_type}_{node.output[0] if node.output else ''}")
        seen.add(node.name)


def _drop_optional_inputs(network: Network) -> None:
    # Old exporters list weights as inputs, which means that a run may replace them.
    kept = [port for port in network.graph.input if not _is_weight(network.weights.get(port.name))]
    if network.model.ir_version < 4:
        kept = [port for port in network.graph.input if port.name not in network.weights]
        network.model.ir_version = 4
    del network.graph.input[:]
    network.graph.input.extend(kept)


def _is_weight(tensor: onnx.TensorProto | None) -> bool:
    return tensor is not None and len(tensor.dims) > 0 and tensor.data_type in (
        onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)


def _constant(node: onnx.NodeProto) -> onnx.TensorProto | None:
    if node.op_type != "Constant" or node.domain not in ("", "ai.onnx") or len(node.attribute) != 1:
        return None
    attribute = node.attribute[0]
    value = onnx.helper.get_attribute_value(attribute)
    if attribute.name == "value":
        tensor = onnx.TensorProto()
        tensor.CopyFrom(value)
        return tensor
    types = {"value_float": "float32", "value_floats": "float32", "value_int": "int64", "value_ints": "int64"}
    if attribute.name not in types:
        return None
    return numpy_helper.from_array(np.array(value, types[attribute.name]))
