"""Static int8: QuantizeLinear and DequantizeLinear with calibrated scales (QDQ).

    x -> Conv(x, weight, bias) -> Relu -> y
becomes
    x -> Q -> DQ -> Conv(., DQ(int8 weight), DQ(int32 bias)) -> Relu -> Q -> DQ -> y

Activations are uint8 with a zero point, weights int8 with a scale for each output
channel, biases int32 with the scale of the products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import onnx

from . import scales
from .folding import attribute
from .layers import Layer
from .network import Network
from .placement import Placement, place
from .ranges import Ranges
from .rewriting import Rewriting

Excluded = Callable[[onnx.NodeProto], bool]


class StaticInt8:
    """`largest`: the largest magnitude of a weight, 127 or less."""

    least_opset = 13
    purpose = "scales for each channel"

    def __init__(self, network: Network, excluded: Excluded, largest: int = 127) -> None:
        self.network, self.excluded, self.largest = network, excluded, largest
        self.ranges: Ranges = {}
        self.nodes = {node.name: node for node in network.graph.node}

    def placement(self, layers: Sequence[Layer]) -> Placement:
        return place(self.network, layers, self.excluded)

    def calibrated_tensors(self, layers: Sequence[Layer]) -> list[str]:
        """What `ranges` must have so that any of these layers can be quantised."""
        # What all of them round where it is made, some of them round where it is read.
        read = [self.nodes[layer.node].input[k] for layer in layers for k in layer.activations]
        return list(dict.fromkeys([*self.placement(layers).at_source.values(), *read]))

    def rounded_weights(self, layer: Layer, placement: Placement) -> dict[str, np.ndarray]:
        """What the layer computes with, for each of its constants."""
        if layer.weight is None:
            return {}
        weight, found = self.network.array(layer.weight), self._weight_scales(layer, placement)
        integers = scales.quantized_weight(weight, found, layer.axis, self.largest)
        return {layer.weight: integers * scales.along(found, weight.ndim, layer.axis)}

    def round(self, rewriting: Rewriting, name: str, owner: str) -> str:
        """Rounds a tensor with the scale of the tensor `owner`."""
        found = scales.affine(*self.ranges[owner])
        scale = rewriting.constant(f"{owner}_scale", found.scale)
        zero_point = rewriting.constant(f"{owner}_zero_point", found.zero_point)
        integers = rewriting.add("QuantizeLinear", [name, scale, zero_point], f"{name}_quantized")
        return rewriting.add("DequantizeLinear", [integers, scale, zero_point], f"{name}_dequantized")

    def apply(self, layers: Sequence[Layer]) -> Network:
        """The network with these layers quantised."""
        writer = _Writer(self, layers)
        return writer.rewriting.finish(writer.rewrite, writer.made)

    def _input_scale(self, layer: Layer, placement: Placement) -> float:
        name = self.nodes[layer.node].input[layer.activations[0]]
        return float(scales.affine(*self.ranges[placement.at_source.get(name, name)]).scale)

    def _weight_scales(self, layer: Layer, placement: Placement) -> np.ndarray:
        found = scales.channel_scales(self.network.array(layer.weight), layer.axis, self.largest)
        bias = self._bias(layer, len(found))
        return found if bias is None else scales.scales_for_bias(found, bias, self._input_scale(layer, placement))

    def _bias(self, layer: Layer, channels: int) -> np.ndarray | None:
        """One number for each channel, if the node has a bias that can be that."""
        node = self.nodes[layer.node]
        if layer.operator == "MatMul" or len(node.input) < 3 or not self.network.is_constant(node.input[2]):
            return None
        if layer.operator == "Gemm" and (attribute(node, "alpha", 1.0) != 1 or attribute(node, "beta", 1.0) != 1):
            return None
        bias = self.network.array(node.input[2])
        return bias.reshape(-1) if bias.size == channels and bias.dtype == np.float32 else None


class _Writer:
    def __init__(self, method: StaticInt8, layers: Sequence[Layer]) -> None:
        self.method = method
        self.rewriting = Rewriting(method.network)
        self.layers = {layer.node: layer for layer in layers}
        self.placement = method.placement(layers)
        self.rounded: dict[str, str] = {}  # {tensor: its rounded value}, where it is made or first read.
        self.constants: dict[tuple, str] = {}

    def made(self, name: str) -> None:
        if name in self.placement.at_source:
            self.rounded[name] = self.method.round(self.rewriting, name, self.placement.at_source[name])

    def rewrite(self, node: onnx.NodeProto) -> None:
        layer = self.layers.get(node.name)
        for k, name in enumerate(list(node.input)):
            if (node.name, k) in self.placement.at_reader and name not in self.rounded:
                self.rounded[name] = self.method.round(self.rewriting, name, name)
            if name in self.placement.at_source or (node.name, k) in self.placement.at_reader:
                node.input[k] = self.rounded[name]
            elif (node.name, k) in self.placement.constants:
                node.input[k] = self._rounded_constant(name)
        if layer is not None and layer.weight is not None:
            self._rewrite_weight(node, layer)

    def _rounded_constant(self, name: str) -> str:
        if (name,) not in self.constants:
            array = self.rewriting.network.array(name)
            found = scales.affine(array.min(), array.max())
            self.constants[name,] = self._dequantized(name, scales.quantized(array, found), found.scale,
                                                      found.zero_point)
        return self.constants[name,]

    def _rewrite_weight(self, node: onnx.NodeProto, layer: Layer) -> None:
        found = self.method._weight_scales(layer, self.placement)
        key = (layer.weight, layer.axis, found.tobytes())
        if key not in self.constants:
            weight = self.method.network.array(layer.weight)
            integers = scales.quantized_weight(weight, found, layer.axis, self.method.largest)
            self.constants[key] = self._dequantized(layer.weight, integers, found, np.zeros(len(found), np.int8),
                                                    layer.axis)
        node.input[layer.weight_input] = self.constants[key]
        bias = self.method._bias(layer, len(found))
        if bias is not None:
            products = found.astype(np.float64) * self.method._input_scale(layer, self.placement)
            products = np.maximum(products, np.finfo(np.float32).tiny).astype(np.float32)
            integers = np.rint(bias / products.astype(np.float64)).astype(np.int32)
            node.input[2] = self._dequantized(node.input[2], integers, products, np.zeros(len(found), np.int32), 0)

    def _dequantized(self, name: str, integers: np.ndarray, scale: np.ndarray, zero_point: np.ndarray,
                     axis: int | None = None) -> str:
        constants = [self.rewriting.constant(f"{name}_{what}", array)
                     for what, array in (("quantized", integers), ("scale", scale), ("zero_point", zero_point))]
        return self.rewriting.add("DequantizeLinear", constants, f"{name}_dequantized",
                                  **({} if axis is None else {"axis": axis}))
