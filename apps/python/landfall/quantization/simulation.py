"""One model in which each layer can be switched between float and rounded operands.

Sensitivities need a run for each layer alone, and the search for a mixed precision some
more. They are runs of one model, loaded once, with a boolean input for each layer:

    x -> Where(switch, DQ(Q(x)), x) -> Conv(., Where(switch, rounded weight, weight)) -> ...

Products of rounded operands are those of integers, but for the rounding of float32 sums.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper

from .engine import Engine
from .layers import Layer
from .rewriting import Rewriting
from .samples import Sample


class Simulation:
    def __init__(self, engine: Engine, method, layers: Sequence[Layer]) -> None:
        self.layers = layers
        self._method = method
        self._placement = method.placement(layers)
        self._rewriting = Rewriting(method.network)
        self._of_node = {layer.node: layer for layer in layers}
        self._switches = {layer.node: self._rewriting.network.new_name(f"quantize/{layer.node}") for layer in layers}
        self._rounded: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self._joint: dict[frozenset[str], str] = {}
        self._run = engine.load(self._network())

    def run(self, sample: Sample, quantised: Collection[str]) -> dict[str, np.ndarray]:
        """`quantised`: the names of the layers' nodes."""
        switches = {name: np.array(node in quantised) for node, name in self._switches.items()}
        return self._run({**sample, **switches})

    def _network(self):
        network = self._rewriting.finish(self._rewrite, self._made)
        network.graph.input.extend(helper.make_tensor_value_info(name, TensorProto.BOOL, [])
                                   for name in self._switches.values())
        return network

    def _made(self, name: str) -> None:
        if name in self._placement.at_source:
            rounded = self._method.round(self._rewriting, name, self._placement.at_source[name])
            switch = self._all_of(self._placement.sources[name])
            self._sources[name] = self._rewriting.add("Where", [switch, rounded, name], f"{name}_switched")

    def _all_of(self, nodes: frozenset[str]) -> str:
        if nodes not in self._joint:
            names = [self._switches[node] for node in sorted(nodes)]
            joint = names[0]
            for name in names[1:]:
                joint = self._rewriting.add("And", [joint, name], "all_quantized")
            self._joint[nodes] = joint
        return self._joint[nodes]

    def _rewrite(self, node: onnx.NodeProto) -> None:
        layer = self._of_node.get(node.name)
        rounded = self._method.rounded_weights(layer, self._placement) if layer else {}
        for k, name in enumerate(list(node.input)):
            if name in self._sources:
                node.input[k] = self._sources[name]
            elif (node.name, k) in self._placement.at_reader:
                if name not in self._rounded:
                    self._rounded[name] = self._method.round(self._rewriting, name, name)
                node.input[k] = self._switched(node, self._rounded[name], name)
            elif name in rounded:
                node_type = self._method.network.array(name).dtype
                constant = self._rewriting.constant(f"{name}_rounded", rounded[name].astype(node_type))
                node.input[k] = self._switched(node, constant, name)

    def _switched(self, node: onnx.NodeProto, rounded: str, exact: str) -> str:
        return self._rewriting.add("Where", [self._switches[node.name], rounded, exact], f"{exact}_switched")
