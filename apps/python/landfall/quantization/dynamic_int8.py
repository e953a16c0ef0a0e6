"""Dynamic int8: scales of activations are found while the model runs.

    x -> DynamicQuantizeLinear -> MatMulInteger(., int8 weight) -> Cast -> Mul(scales)

onnxruntime.quantization writes it: MatMul in ONNX's own operators, LSTM as
com.microsoft.DynamicQuantizeLSTM.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from . import scales
from .failure import failure, first_line
from .layers import Layer
from .model_file import read_model
from .network import Network
from .placement import Placement
from .ranges import Ranges
from .rewriting import Rewriting

#: Above it, onnxruntime is asked for external data.
LARGE_BYTES = 1 << 30


class DynamicInt8:
    least_opset = 11
    purpose = "DynamicQuantizeLinear"

    def __init__(self, network: Network, largest: int = 127) -> None:
        self.network, self.largest = network, largest
        self.ranges: Ranges = {}
        self.nodes = {node.name: node for node in network.graph.node}

    def placement(self, layers: Sequence[Layer]) -> Placement:
        return Placement(at_reader={(layer.node, k) for layer in layers for k in layer.activations})

    def calibrated_tensors(self, layers: Sequence[Layer]) -> list[str]:
        return []

    def rounded_weights(self, layer: Layer, placement: Placement) -> dict[str, np.ndarray]:
        # An LSTM's matrices are (direction, gates, features): a scale for each gate's row.
        names = [layer.weight] if layer.operator == "MatMul" else list(self.nodes[layer.node].input[1:3])
        return {name: self._rounded(self.network.array(name)) for name in names}

    def _rounded(self, weight: np.ndarray) -> np.ndarray:
        axis = 1
        found = scales.channel_scales(weight, axis, self.largest)
        return scales.quantized_weight(weight, found, axis, self.largest) * scales.along(found, weight.ndim, axis)

    def round(self, rewriting: Rewriting, name: str, owner: str) -> str:
        outputs = rewriting.add_many("DynamicQuantizeLinear", [name],
                                     [f"{name}_{what}" for what in ("quantized", "scale", "zero_point")])
        return rewriting.add("DequantizeLinear", outputs, f"{name}_dequantized")

    def apply(self, layers: Sequence[Layer]) -> Network:
        if not layers:
            return self.network.copy()
        import onnxruntime.quantization as quantization

        with tempfile.TemporaryDirectory(prefix="landfall-quantize-") as folder:
            source, destination = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
            is_large = self.network.bytes() > LARGE_BYTES
            self.network.write(source, source.with_name("float.data") if is_large else None)
            level = logging.getLogger().level
            logging.getLogger().setLevel(logging.ERROR)  # It advises preparations that are made here.
            try:
                quantization.quantize_dynamic(
                    source, destination, per_channel=True, reduce_range=self.largest < 127,
                    weight_type=quantization.QuantType.QInt8, nodes_to_quantize=[layer.node for layer in layers],
                    op_types_to_quantize=sorted({layer.operator for layer in layers}),
                    use_external_data_format=is_large, extra_options={
                        "MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT})
            except Exception as problem:  # It has no exceptions of its own.
                raise failure("unsupported", f"onnxruntime.quantization fails: {first_line(problem)}")
            finally:
                logging.getLogger().setLevel(level)
            model = read_model(destination)
        self._restore_descriptions(model)
        return Network(model)

    def _restore_descriptions(self, model: onnx.ModelProto) -> None:
        """What onnxruntime notes for itself is not the model's."""
        before = self.network.model
        model.producer_name, model.producer_version = before.producer_name, before.producer_version
        for field, kept in ((model.metadata_props, before.metadata_props),
                            (model.graph.value_info, before.graph.value_info)):
            del field[:]
            field.extend(kept)
