"""Weights of 4 bits with a scale and a zero point for each block of a column.

    x -> MatMul(x, DequantizeLinear(uint4 weight, scales, zero points, axis=0, block_size))

or, with com.microsoft operators, MatMulNBits. Activations stay float.
"""

from __future__ import annotations

from collections.abc import Sequence

import ml_dtypes
import numpy as np
import onnx

from .layers import Layer
from .network import Network
from .placement import Placement
from .ranges import Ranges
from .rewriting import Rewriting

LARGEST = 15
#: Parts of a block's range that are tried: values near its ends are rare, and a smaller
#: range has smaller steps.
SHARES = np.linspace(0.6, 1, 11, dtype=np.float32)
#: Columns at a time: what is tried takes some copies of them.
CHUNK_ELEMENTS = 1 << 22
MICROSOFT = "com.microsoft"


class BlockedInt4:
    """`importance`: {tensor: the mean square of each of its features}, from calibration; errors
    of weights count by that of the features they multiply."""

    least_opset = 21
    purpose = "4-bit types and blocks"

    def __init__(self, network: Network, block: int, contributed: bool) -> None:
        self.network, self.block, self.contributed = network, block, contributed
        self.ranges: Ranges = {}
        self.importance: dict[str, np.ndarray] = {}
        self.nodes = {node.name: node for node in network.graph.node}
        self._found: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def placement(self, layers: Sequence[Layer]) -> Placement:
        return Placement()

    def calibrated_tensors(self, layers: Sequence[Layer]) -> list[str]:
        return []

    def rounded_weights(self, layer: Layer, placement: Placement) -> dict[str, np.ndarray]:
        integers, scales, zero_points = self._blocks(layer)
        rows = len(integers)
        spread = [np.repeat(array, self.block, 0)[:rows] for array in (scales, zero_points.astype(np.float32))]
        return {layer.weight: (integers - spread[1]) * spread[0].astype(np.float32)}

    def round(self, rewriting: Rewriting, name: str, owner: str) -> str:
        return name

    def apply(self, layers: Sequence[Layer]) -> Network:
        self._of_node = {layer.node: layer for layer in layers}
        self._rewriting = Rewriting(self.network)
        self._constants: dict[str, str] = {}
        result = self._rewriting.finish(self._rewrite, lambda name: None)
        if self.contributed and layers and all(entry.domain != MICROSOFT for entry in result.model.opset_import):
            result.model.opset_import.add(domain=MICROSOFT, version=1)
        return result

    def _rewrite(self, node: onnx.NodeProto) -> bool:
        layer = self._of_node.get(node.name)
        if layer is None:
            return False
        if not self.contributed:
            node.input[1] = self._dequantized(layer)
            return False
        integers, scales, zero_points = self._blocks(layer)
        rows, columns = integers.shape
        names = self._packed(layer.weight, integers, scales, zero_points)
        replaced = onnx.helper.make_node(
            "MatMulNBits", [node.input[0], *names], node.output, node.name, domain=MICROSOFT, K=rows, N=columns, bits=4,
            block_size=self.block)
        node.CopyFrom(replaced)
        return False

    def _dequantized(self, layer: Layer) -> str:
        name = layer.weight
        if name not in self._constants:
            integers, scales, zero_points = self._blocks(layer)
            constants = [self._rewriting.constant(f"{name}_{what}", array) for what, array in (
                ("quantized", integers.astype(ml_dtypes.uint4)), ("scale", scales),
                ("zero_point", zero_points.astype(ml_dtypes.uint4)))]
            self._constants[name] = self._rewriting.add("DequantizeLinear", constants, f"{name}_dequantized", axis=0,
                                                        block_size=self.block)
        return self._constants[name]

    def _packed(self, name: str, integers: np.ndarray, scales: np.ndarray, zero_points: np.ndarray) -> list[str]:
        """As MatMulNBits reads them: by column, two elements a byte, the first one low."""
        rows, columns = integers.shape
        blocks = len(scales)
        padded = np.zeros((columns, blocks * self.block), np.uint8)
        padded[:, :rows] = integers.T
        even_blocks = np.zeros((columns, blocks + blocks % 2), np.uint8)
        even_blocks[:, :blocks] = zero_points.T
        return [self._rewriting.constant(f"{name}_{what}", array) for what, array in (
            ("quantized", _pairs(padded).reshape(columns, blocks, self.block // 2)),
            ("scale", np.ascontiguousarray(scales.T).reshape(-1)), ("zero_point", _pairs(even_blocks).reshape(-1)))]

    #===--- Numbers -------------------------------------------------------===#

    def _blocks(self, layer: Layer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Integers (rows x columns), scales and zero points (blocks x columns)."""
        if layer.weight not in self._found:
            weight = self.network.array(layer.weight)
            importance = self.importance.get(self.nodes[layer.node].input[0])
            step = max(1, CHUNK_ELEMENTS // len(weight))
            parts = [quantized_blocks(weight[:, k:k + step].astype(np.float32), self.block, importance, weight.dtype)
                     for k in range(0, weight.shape[1], step)]
            self._found[layer.weight] = tuple(np.concatenate(part, 1) for part in zip(*parts))
        return self._found[layer.weight]


def _pairs(array: np.ndarray) -> np.ndarray:
    return array[..., 0::2] | array[..., 1::2] << 4


def quantized_blocks(weight: np.ndarray, block: int, importance: np.ndarray | None = None,
                     scale_type: type = np.float32) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """uint8 integers up to 15 of the weight's shape, scales and zero points for each block of
    `block` rows: those of the tried ranges with the smallest sum of importance * error^2.
    Scales are representable in `scale_type`."""
    rows, columns = weight.shape
    blocks = -(-rows // block)
    padded = np.zeros((blocks * block, columns), np.float32)
    padded[:rows] = weight
    padded = padded.reshape(blocks, block, columns)
    each = np.zeros(blocks * block, np.float32)
    each[:rows] = 1 if importance is None else importance
    each = each.reshape(blocks, block, 1)
    low = np.minimum(padded.min(1), 0)
    high = np.maximum(padded.max(1), 0)
    best = np.full((blocks, columns), np.inf, np.float32)
    integers = np.zeros(padded.shape, np.uint8)
    scales, zero_points = np.ones((blocks, columns), np.float32), np.zeros((blocks, columns), np.uint8)
    for share in SHARES[::-1]:
        scale = (high - low) * share / LARGEST
        scale = scale.astype(scale_type).astype(np.float32)
        scale = np.where(scale < np.finfo(scale_type).tiny, np.float32(1), scale)
        zero_point = np.clip(np.rint(-low * share / scale), 0, LARGEST)
        tried = np.clip(np.rint(padded / scale[:, None]) + zero_point[:, None], 0, LARGEST)
        error = (each * ((tried - zero_point[:, None]) * scale[:, None] - padded) ** 2).sum(1)
        better = error < best
        best = np.where(better, error, best)
        integers = np.where(better[:, None], tried.astype(np.uint8), integers)
        scales = np.where(better, scale, scales)
        zero_points = np.where(better, zero_point.astype(np.uint8), zero_points)
    return integers.reshape(-1, columns)[:rows], scales.astype(scale_type), zero_points
