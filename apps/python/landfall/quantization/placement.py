"""Which tensors of a network are integers, given the layers that are quantised.

A layer reads integers. The result of a convolution is one too, so that runtimes
compute it in integers (after the Relu or Clip that reads it alone). Operators between
such layers that runtimes have for integers (Add, Concat, pools, movement) pass integers
on. Everything else, and the model's outputs, stays float.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import onnx

from .folding import attribute
from .layers import Layer
from .network import Network

#: Their results have the scale of their first input: values are moved, selected or averaged.
#: Their other inputs are axes, shapes and sizes.
SAME_SCALE = {"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "MaxPool", "AveragePool", "GlobalAveragePool",
              "Slice", "Split", "DepthToSpace", "SpaceToDepth", "Resize", "Pad", "Expand", "Tile"}
#: Their results have a scale of their own; all their inputs are data.
OWN_SCALE = {"Add", "Mul", "Concat", "Sigmoid", "LeakyRelu", "Relu"}
CLAMPS = {"Relu", "Clip"}
CONVOLUTIONS = {"Conv"}


@dataclass
class Placement:
    """`at_source`: tensors whose every reader gets the rounded value, with the tensor whose
    range gives their scale. `at_reader`: (node, input) pairs that round what they read.
    `constants`: (node, input) pairs of constant operands."""

    at_source: dict[str, str] = field(default_factory=dict)
    at_reader: set[tuple[str, int]] = field(default_factory=set)
    constants: set[tuple[str, int]] = field(default_factory=set)
    #: The layers on which a tensor of `at_source` depends: if one is float, so is the tensor.
    sources: dict[str, frozenset[str]] = field(default_factory=dict)

    def ranged(self, network: Network) -> list[str]:
        """The tensors whose ranges are needed."""
        inputs = {(node.name, k): name for node in network.graph.node for k, name in enumerate(node.input)}
        return list(dict.fromkeys([*self.at_source.values(), *(inputs[key] for key in sorted(self.at_reader))]))


def place(network: Network, layers: Sequence[Layer],
          excluded: Callable[[onnx.NodeProto], bool]) -> Placement:
    """`excluded`: whether the user wants a node to stay float."""
    chosen = {layer.node: layer for layer in layers}
    forward = _forward(network, chosen, excluded)
    wanted = _wanted(network, chosen, forward)
    placement = Placement()
    for node in network.graph.node:
        layer = chosen.get(node.name)
        if layer is not None:
            placement.at_reader |= {(node.name, k) for k in layer.activations if node.input[k] not in forward.owner}
        elif wanted.intersection(forward.companions.get(node.name, ())):
            placement.constants |= {(node.name, k) for k in range(_data_inputs(node))
                                    if network.is_constant(node.input[k])}
    for name, owner in forward.owner.items():
        if name in wanted:
            placement.at_source[name] = owner
            placement.sources[name] = forward.sources[name]
    return placement


@dataclass
class _Forward:
    """`companions`: {node: the tensors that would hold its results as integers}."""

    owner: dict[str, str] = field(default_factory=dict)
    sources: dict[str, frozenset[str]] = field(default_factory=dict)
    companions: dict[str, list[str]] = field(default_factory=dict)
    convolved: set[str] = field(default_factory=set)

    def add(self, name: str, owner: str, sources: frozenset[str]) -> None:
        self.owner[name], self.sources[name] = owner, sources


def _forward(network: Network, chosen: dict[str, Layer],
             excluded: Callable[[onnx.NodeProto], bool]) -> _Forward:
    """Tensors that could be integers since what they are computed from is."""
    readers = network.consumers()
    outside = network.output_names() | network.captured()
    found = _Forward()
    for node in network.graph.node:
        if node.domain not in ("", "ai.onnx"):
            continue
        layer = chosen.get(node.name)
        if layer is not None and layer.operator in CONVOLUTIONS:
            end = _after_clamps(network, layer.output, readers, outside)
            if end not in outside:
                found.add(end, end, frozenset([layer.node]))
                found.convolved.add(end)
        elif layer is None and not excluded(node) and _is_companion(network, node, found):
            _add_companion(network, node, found, readers, outside)
    return found


def _add_companion(network: Network, node: onnx.NodeProto, found: _Forward, readers: dict, outside: set[str]) -> None:
    inputs = [name for name in node.input[:_data_inputs(node)] if name in found.owner]
    sources = frozenset().union(*(found.sources[name] for name in inputs))
    if node.op_type in SAME_SCALE:
        ends, owner = [name for name in node.output if name], found.owner[inputs[0]]
    else:
        ends = [_after_clamps(network, node.output[0], readers, outside)]
        owner = ends[0]
    if not outside.intersection(ends):
        found.companions[node.name] = ends
        for name in ends:
            found.add(name, owner, sources)


def _is_companion(network: Network, node: onnx.NodeProto, found: _Forward) -> bool:
    if node.op_type not in SAME_SCALE and node.op_type not in OWN_SCALE or not _keeps_values(network, node):
        return False
    data = list(node.input[:_data_inputs(node)])
    if not any(name in found.owner for name in data):
        return False
    return all(name in found.owner or node.op_type in ("Add", "Mul") and network.is_constant(name)
               and network.weights[name].data_type == onnx.TensorProto.FLOAT for name in data)


def _data_inputs(node: onnx.NodeProto) -> int:
    return len(node.input) if node.op_type in ("Add", "Mul", "Concat") else 1


def _keeps_values(network: Network, node: onnx.NodeProto) -> bool:
    """Whether results stay in the input's range."""
    if node.op_type == "Pad":  # Only with 0, which every range has.
        constant = attribute(node, "mode", b"constant") == b"constant" and len(node.input) > 2 and node.input[2]
        return not constant or network.is_constant(node.input[2]) and not network.array(node.input[2]).any()
    if node.op_type == "Resize":
        return attribute(node, "mode", b"nearest") != b"cubic" and not attribute(node, "extrapolation_value", 0.0)
    if node.op_type == "MaxPool":
        return len(node.output) == 1
    return True


def _after_clamps(network: Network, name: str, readers: dict, outside: set[str]) -> str:
    """Past a Relu or Clip that is a tensor's only reader: rounding saturates as it does."""
    while name not in outside and len(readers.get(name, [])) == 1:
        node, which = readers[name][0]
        if node.op_type not in CLAMPS or which != 0 or node.domain:
            break
        if not all(not extra or network.is_constant(extra) for extra in node.input[1:]):
            break
        name = node.output[0]
    return name


def _wanted(network: Network, chosen: dict[str, Layer], forward: _Forward) -> set[str]:
    """Results of convolutions, and tensors on a way to a layer that reads integers."""
    wanted = set(forward.convolved)
    for node in reversed(network.graph.node):
        layer = chosen.get(node.name)
        if layer is not None:
            wanted |= {node.input[k] for k in layer.activations}
        elif wanted.intersection(forward.companions.get(node.name, ())):
            wanted |= set(node.input[:_data_inputs(node)])
    return wanted & set(forward.owner)
