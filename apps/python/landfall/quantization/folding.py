"""Rewrites that leave fewer tensors to quantise, or a form that a method knows."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper

from .network import Network

CONVOLUTIONS = ("Conv", "ConvTranspose")


def attribute(node: onnx.NodeProto, name: str, default):
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


def fold_into_convolutions(network: Network) -> None:
    """Conv, then a factor and a term for each channel (BatchNormalization, or Mul and Add
    with constants) -> Conv with other weights."""
    changed = True
    while changed:
        changed = False
        consumers, outside = network.consumers(), network.output_names() | network.captured()
        for node in network.graph.node:
            if node.op_type not in CONVOLUTIONS or node.domain or not _has_float_constants(network, node):
                continue
            readers = consumers.get(node.output[0], [])
            if len(readers) != 1 or node.output[0] in outside:
                continue
            found = _affine(network, readers[0][0], readers[0][1], _rank(network, node), _channels(network, node))
            if found is not None:
                _fold(network, node, *found)
                node.output[0] = readers[0][0].output[0]
                network.graph.node.remove(readers[0][0])
                changed = True
                break
    network.remove_unused_constants()


def _has_float_constants(network: Network, node: onnx.NodeProto) -> bool:
    """Weight and bias are known, and float32."""
    return all(name == "" or network.is_constant(name) and network.weights[name].data_type == onnx.TensorProto.FLOAT
               for name in node.input[1:])


def _rank(network: Network, node: onnx.NodeProto) -> int:
    return len(network.weights[node.input[1]].dims)


def _channels(network: Network, node: onnx.NodeProto) -> int:
    dims = network.weights[node.input[1]].dims
    return dims[0] if node.op_type == "Conv" else dims[1] * attribute(node, "group", 1)


def _affine(network: Network, node: onnx.NodeProto, which: int, rank: int,
            channels: int) -> tuple[np.ndarray, np.ndarray] | None:
    """(factor, term) for each channel if the node computes x * factor + term of its input."""
    if node.domain not in ("", "ai.onnx"):
        return None
    constants = [name for k, name in enumerate(node.input) if k != which]
    if not all(network.is_constant(name) for name in constants) or len([o for o in node.output if o]) != 1:
        return None
    if node.op_type == "BatchNormalization" and which == 0 and not attribute(node, "training_mode", 0):
        gain, shift, mean, variance = (network.array(name).astype(np.float64) for name in node.input[1:5])
        factor = gain / np.sqrt(variance + attribute(node, "epsilon", 1e-5))
        return factor, shift - mean * factor
    if node.op_type in ("Mul", "Add") or node.op_type in ("Sub", "Div") and which == 0:
        value = _per_channel(network.array(constants[0]), rank, channels)
        if value is None:
            return None
        one, zero = np.ones(channels), np.zeros(channels)
        if node.op_type == "Div":
            return (1 / value, zero) if np.all(value != 0) else None
        return {"Mul": (value, zero), "Add": (one, value), "Sub": (one, -value)}[node.op_type]
    return None


def _per_channel(array: np.ndarray, rank: int, channels: int) -> np.ndarray | None:
    """A constant that broadcasts over a feature map as a value for each channel."""
    if array.dtype != np.float32 or array.ndim > rank:
        return None
    shape = [1] * (rank - array.ndim) + list(array.shape)
    if any(extent != 1 for k, extent in enumerate(shape) if k != 1) or shape[1] not in (1, channels):
        return None
    return np.broadcast_to(array.reshape(-1), channels).astype(np.float64)


def _fold(network: Network, node: onnx.NodeProto, factor: np.ndarray, term: np.ndarray) -> None:
    weight = network.array(node.input[1]).astype(np.float64)
    bias = network.array(node.input[2]).astype(np.float64) if len(node.input) > 2 and node.input[2] else 0.0
    if node.op_type == "Conv":
        weight *= factor.reshape(-1, *[1] * (weight.ndim - 1))
    else:  # (inputs, outputs of a group, ...)
        groups = attribute(node, "group", 1)
        grouped = weight.reshape(groups, -1, *weight.shape[1:])
        weight = (grouped * factor.reshape(groups, 1, -1, *[1] * (weight.ndim - 2))).reshape(weight.shape)
    name = network.add_constant(f"{node.input[1]}_folded", weight.astype(np.float32))
    new_bias = network.add_constant(f"{node.name}_bias", (bias * factor + term).astype(np.float32))
    inputs = [node.input[0], name, new_bias]
    del node.input[:]
    node.input.extend(inputs)


def gemm_to_matmul(network: Network) -> None:
    """Gemm of an activation and a constant matrix -> MatMul, Add: what has no form of
    Gemm (dynamic and blocked quantisation) then applies."""
    nodes = []
    for node in network.graph.node:
        nodes.extend(_matmul_form(network, node) or [node])
    del network.graph.node[:]
    network.graph.node.extend(nodes)
    network.remove_unused_constants()


def _matmul_form(network: Network, node: onnx.NodeProto) -> list[onnx.NodeProto] | None:
    if node.op_type != "Gemm" or node.domain or attribute(node, "transA", 0) or not network.is_constant(node.input[1]):
        return None
    weight = network.array(node.input[1])
    if weight.dtype not in (np.float32, np.float16):
        return None
    bias_name = node.input[2] if len(node.input) > 2 else ""
    beta = attribute(node, "beta", 1.0)
    if bias_name and beta != 1.0:
        if not network.is_constant(bias_name):
            return None
        bias_name = network.add_constant(f"{bias_name}_scaled", network.array(bias_name) * weight.dtype.type(beta))
    weight = weight.T if attribute(node, "transB", 0) else weight
    weight = np.ascontiguousarray(weight * weight.dtype.type(attribute(node, "alpha", 1.0)))
    name = network.add_constant(f"{node.input[1]}_matrix", weight)
    if not bias_name:
        return [helper.make_node("MatMul", [node.input[0], name], node.output, node.name)]
    product = network.new_name(f"{node.output[0]}_product")
    return [helper.make_node("MatMul", [node.input[0], name], [product], node.name),
            helper.make_node("Add", [product, bias_name], node.output, network.new_name(f"{node.name}_bias"))]
