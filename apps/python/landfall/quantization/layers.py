"""Layers: the nodes whose products a method quantises, and the constants in them."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

import onnx
from onnx import TensorProto

from .folding import attribute
from .network import Network, all_nodes, subgraphs


@dataclass(frozen=True)
class Layer:
    """`weight`: the constant's name, or None if both factors are activations; `axis`: its
    output channels. `activations`: which inputs are computed at run time and read as integers."""

    node: str
    operator: str
    output: str
    weight: str | None
    axis: int | None
    activations: tuple[int, ...]
    weight_input: int = 1


def static_layers(network: Network, types: dict[str, int]) -> list[Layer]:
    """Convolutions and products, also of two activations. `types`: element types of tensors.

    Probabilities are as small as their number is large, and it is often free: 1/512 is
    half a step of the scale that holds 1. So products with the result of a Softmax stay float."""
    probabilities = {node.output[0] for node in network.graph.node if node.op_type == "Softmax"}

    def matmul(network: Network, node: onnx.NodeProto, types: dict[str, int]) -> Layer | None:
        layer = _matmul(network, node, types)
        is_attention = layer is not None and layer.weight is None and not probabilities.isdisjoint(node.input)
        return None if is_attention else layer

    return _collect(network, types, {"Conv": _convolution, "ConvTranspose": _convolution, "Gemm": _gemm,
                                     "MatMul": matmul})


def matrix_layers(network: Network, types: dict[str, int],
                  reals: Sequence[int] = (TensorProto.FLOAT,)) -> list[Layer]:
    """Products with a constant matrix, both of one of these types."""
    def matrix(network: Network, node: onnx.NodeProto, types: dict[str, int]) -> Layer | None:
        tensor = network.weights.get(node.input[1])
        if not network.is_constant(node.input[1]) or tensor.data_type not in reals or len(tensor.dims) != 2 \
                or not all(tensor.dims) or types.get(node.input[0]) != tensor.data_type:
            return None
        return Layer(node.name, "MatMul", node.output[0], node.input[1], 1, (0,))

    return _collect(network, types, {"MatMul": matrix})


def recurrent_layers(network: Network, types: dict[str, int]) -> list[Layer]:
    return _collect(network, types, {"LSTM": _lstm})


def select(layers: list[Layer], only: Sequence[str], exclude: Sequence[str]) -> list[Layer]:
    """By patterns (as of file names) on the names of nodes or operators."""
    def matches(layer: Layer, patterns: Sequence[str]) -> bool:
        return any(fnmatch.fnmatchcase(word, pattern) for word in (layer.node, layer.operator)
                   for pattern in patterns)

    return [layer for layer in layers if (not only or matches(layer, only)) and not matches(layer, exclude)]


def count_in_subgraphs(network: Network, operators: Sequence[str]) -> int:
    """Nodes of these operators in branches and bodies, which stay as they are."""
    return sum(node.op_type in operators for outer in network.graph.node for graph in subgraphs(outer)
               for node in all_nodes(graph))


def why_none(network: Network, types: dict[str, int], operators: Sequence[str]) -> str:
    """What a model without a layer has instead."""
    own = [node for node in network.graph.node if node.op_type in operators and node.domain == ""]
    inner = count_in_subgraphs(network, operators)
    if own:
        kinds = sorted({_type_name(types.get(node.input[0], 0)) for node in own})
        return (f"its {len(own)} {'/'.join(operators)} compute in {', '.join(kinds)}, or have no constant matrix of "
                "that type")
    if inner:
        return f"all {inner} {'/'.join(operators)} are in subgraphs (If, Loop, Scan), which stay as they are"
    return f"the model has no {' or '.join(operators)}"


def _type_name(data_type: int) -> str:
    return TensorProto.DataType.Name(data_type).lower() if data_type else "an unknown type"


def _collect(network: Network, types: dict[str, int], finders: dict) -> list[Layer]:
    found = []
    for node in network.graph.node:
        finder = finders.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        layer = finder and finder(network, node, types)
        if layer:
            found.append(layer)
    return found


def _is_real(network: Network, name: str, types: dict[str, int]) -> bool:
    """A float32 activation."""
    return name not in network.weights and types.get(name) == TensorProto.FLOAT


def _weight(network: Network, name: str, least_rank: int = 2) -> TensorProto | None:
    if not network.is_constant(name):
        return None
    tensor = network.weights[name]
    has_elements = all(tensor.dims) and len(tensor.dims) >= least_rank
    return tensor if tensor.data_type == TensorProto.FLOAT and has_elements else None


def _convolution(network: Network, node: onnx.NodeProto, types: dict[str, int]) -> Layer | None:
    if _weight(network, node.input[1], 3) is None or not _is_real(network, node.input[0], types):
        return None
    if len(node.input) > 2 and node.input[2] and not network.is_constant(node.input[2]):
        return None
    axis = 0 if node.op_type == "Conv" else 1
    return Layer(node.name, node.op_type, node.output[0], node.input[1], axis, (0,))


def _gemm(network: Network, node: onnx.NodeProto, types: dict[str, int]) -> Layer | None:
    if _weight(network, node.input[1]) is None or not _is_real(network, node.input[0], types):
        return None
    axis = 0 if attribute(node, "transB", 0) else 1
    return Layer(node.name, "Gemm", node.output[0], node.input[1], axis, (0,))


def _matmul(network: Network, node: onnx.NodeProto, types: dict[str, int]) -> Layer | None:
    left, right = node.input
    if _is_real(network, left, types) and _is_real(network, right, types):
        return Layer(node.name, "MatMul", node.output[0], None, None, (0, 1))
    if _is_real(network, left, types) and (tensor := _weight(network, right)) is not None:
        return Layer(node.name, "MatMul", node.output[0], right, len(tensor.dims) - 1, (0,))
    if _is_real(network, right, types) and (tensor := _weight(network, left)) is not None:
        return Layer(node.name, "MatMul", node.output[0], left, len(tensor.dims) - 2, (1,), 0)
    return None


def _lstm(network: Network, node: onnx.NodeProto, types: dict[str, int]) -> Layer | None:
    """Of ONNX Runtime's kernel: one activation a gate, no clip of another kind."""
    weights = [_weight(network, name, 3) for name in node.input[1:3]]
    if None in weights or not _is_real(network, node.input[0], types) or attribute(node, "layout", 0):
        return None
    return Layer(node.name, "LSTM", next((name for name in node.output if name), ""), node.input[1], None, (0,))
