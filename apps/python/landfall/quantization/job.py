"""One quantisation, from the model that is read to the model that is written."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from . import constants, element_types, folding, layers, opset, output, ranges, search
from .blocked_int4 import BlockedInt4
from .difference import Differences
from .dynamic_int8 import DynamicInt8
from .engine import Engine, Run
from .failure import failure, first_line
from .layers import Layer
from .model_file import external_files, read_model
from .network import Network
from .options import Options
from .samples import Sample, read_arrays, samples_of
from .simulation import Simulation
from .static_int8 import StaticInt8

#: A converted, folded model that is farther than this from the original was not understood.
PREPARED_ERROR = 1e-3


@dataclass
class Quantized:
    """`model`: the result, as long as it is below protobuf's 2 GiB (else None, and the file
    has it); `report`: report.py describes it."""

    report: dict[str, Any]
    network: Network

    @property
    def model(self) -> onnx.ModelProto | None:
        return self.network.whole() if self.network.bytes() <= output.LARGEST_MESSAGE else None


class Job:
    def __init__(self, model: Any, calibrate: Any, destination: Path | None, options: Options) -> None:
        options.check(calibrate is not None)
        self.options, self.destination = options, destination
        self.path = Path(model) if isinstance(model, (str, os.PathLike)) else None
        self.file = None if self.path is None else str(model)
        self.source = Network(self._read(model))
        self._check_unquantised()
        self.calibrate_file = str(calibrate) if isinstance(calibrate, (str, os.PathLike)) else None
        if destination is not None:
            output.check_destination(destination, self._read_files())
        self.samples = self._samples(calibrate)
        self.engine = Engine(options.engine, options.threads, self.file)

    def run(self) -> Quantized:
        truths = self._truths()
        self.network = self._prepared()
        self.layers = self._layers()
        self.method = self._method()
        self._calibrate(truths)
        chosen, sensitivities = self._chosen(truths)
        result, differences = self._result(chosen, truths, sensitivities)
        output.check_model(result)
        report = self._report(result, differences, sensitivities)
        if self.destination is not None:
            output.write_output(result, self.destination)
        return Quantized(report, result)

    #===--- What is read --------------------------------------------------===#

    def _read(self, model: Any) -> onnx.ModelProto:
        if self.path is not None:
            read = read_model(self.path)
        elif isinstance(model, onnx.ModelProto):
            read = model
        elif isinstance(model, (bytes, bytearray, memoryview)):
            try:
                read = onnx.load_model_from_string(bytes(model))
            except Exception as problem:
                raise failure("invalid_model", f"not an ONNX model: {first_line(problem)}")
        else:
            raise TypeError("model must be a path, the bytes of a ModelProto or an onnx.ModelProto, "
                            f"not {type(model).__name__}")
        if self.path is None and any(map(onnx.external_data_helper.uses_external_data, read.graph.initializer)):
            raise failure("invalid_argument", "the model has external data; give the path of its file instead")
        return read

    def _check_unquantised(self) -> None:
        for node in self.source.graph.node:
            if node.op_type in ("QuantizeLinear", "DynamicQuantizeLinear"):
                raise failure("unsupported", "the model is quantised already", file=self.file, node=node)

    def _read_files(self) -> list[Path]:
        read = [] if self.path is None else [self.path, *external_files(self.path)]
        return read + ([] if self.calibrate_file is None else [Path(self.calibrate_file)])

    def _samples(self, calibrate: Any) -> list[Sample]:
        if calibrate is None:
            return []
        arrays = read_arrays(Path(self.calibrate_file)) if self.calibrate_file is not None else calibrate
        if not isinstance(arrays, Mapping):
            raise TypeError(f"calibrate must be a path or a dict of arrays, not {type(calibrate).__name__}")
        return samples_of(arrays, self.source, self.calibrate_file)

    def _truths(self) -> list[dict[str, np.ndarray]]:
        """The float model's outputs for each sample; of the model as it is, not as prepared."""
        if not self.samples:
            return []
        run = self.engine.load_file(self.path) if self.path else self.engine.load(self.source)
        truths = []
        for k, sample in enumerate(self.samples):
            self.options.progress(f"float model: sample {k + 1} of {len(self.samples)}")
            truths.append(run(sample))
            for name, value in truths[-1].items():
                if isinstance(value, np.ndarray) and value.dtype.kind == "f" and np.isnan(value).any():
                    raise failure("run_failed", f"the float model's output '{name}' has NaN in calibration sample {k}",
                                  file=self.file)
        return truths

    #===--- Preparation ---------------------------------------------------===#

    def _prepared(self) -> Network:
        network = self.source.copy()
        kind = {"static": StaticInt8, "dynamic": DynamicInt8, "int4": BlockedInt4}[self.options.mode]
        constants.gather_constants(network)
        if not (self.options.mode == "int4" and self.options.contributed):
            opset.raise_opset(network, kind.least_opset, kind.purpose, self.file)
            constants.gather_constants(network)  # What the converter adds.
        constants.fold_weights(network)
        constants.name_nodes(network)
        if self.options.mode == "static":
            folding.fold_into_convolutions(network)
        else:
            folding.gemm_to_matmul(network)
        network.model.producer_name = "landfall quantize"
        network.model.producer_version = ""
        return network

    def _operators(self) -> list[str]:
        if self.options.mode == "static":
            return ["Conv", "ConvTranspose", "Gemm", "MatMul"]
        return ["MatMul", "LSTM"] if self.options.mode == "dynamic" and self.options.contributed else ["MatMul"]

    def _layers(self) -> list[Layer]:
        types, operators = element_types.infer_types(self.network), self._operators()
        if self.samples:
            types = element_types.observed_types(self.network, types, self.engine, self.samples[0], operators)
        if self.options.mode == "static":
            found = layers.static_layers(self.network, types)
        elif self.options.mode == "dynamic":
            found = layers.matrix_layers(self.network, types)
        else:
            found = layers.matrix_layers(self.network, types, (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16))
        if "LSTM" in operators:
            found += layers.recurrent_layers(self.network, types)
        if not found:
            raise failure("unsupported", f"there is nothing to quantise for mode {self.options.mode}: "
                          f"{layers.why_none(self.network, types, operators)}", file=self.file)
        chosen = layers.select(found, self.options.only, self.options.exclude)
        if not chosen:
            raise failure("invalid_argument", f"--only and --exclude leave none of the {len(found)} layers; the first "
                          f"is '{found[0].node}' ({found[0].operator})", file=self.file)
        return chosen

    def _method(self):
        if self.options.mode == "int4":
            return BlockedInt4(self.network, self.options.block, self.options.contributed)
        largest = 63 if self.options.reduce_range else 127
        if self.options.mode == "dynamic":
            return DynamicInt8(self.network, largest)
        return StaticInt8(self.network, self._is_excluded, largest)

    def _is_excluded(self, node: onnx.NodeProto) -> bool:
        return any(fnmatch.fnmatchcase(word, pattern) for word in (node.name, node.op_type)
                   for pattern in self.options.exclude)

    def _calibrate(self, truths: list[dict]) -> None:
        if not self.samples:
            return
        tensors = self.method.calibrated_tensors(self.layers)
        features = []
        if self.options.mode == "int4":
            nodes = {node.name: node for node in self.network.graph.node}
            features = list(dict.fromkeys(nodes[layer.node].input[0] for layer in self.layers))
        self.options.progress(f"calibrating {len(tensors or features)} tensors")
        run = self.engine.load(self.network, [*tensors, *features])
        self._check_prepared(run, truths)
        self.method.ranges = ranges.measure_ranges(run, self.samples, tensors, self.options.ranges, self.file)
        if features:
            self.method.importance = ranges.mean_squares(run, self.samples, features)

    def _check_prepared(self, run: Run, truths: list[dict]) -> None:
        """On one sample: that the converter, say, has not changed the model's meaning."""
        differences = Differences(truths[0])
        differences.add(truths[0], run(self.samples[0]))
        worst = differences.worst
        if worst is not None and not worst <= PREPARED_ERROR:
            raise failure("unsupported", f"the model computes something else after its conversion to opset "
                          f"{self.network.opset()} (error {worst:.2g}); export it at that opset", file=self.file)

    #===--- Choice and result ---------------------------------------------===#

    def _chosen(self, truths: list[dict]) -> tuple[list[Layer], dict[str, float]]:
        if not self.options.sensitivity and self.options.max_error is None:
            return self.layers, {}
        simulation = Simulation(self.engine, self.method, self.layers)
        few = search.spread(self.samples, search.SENSITIVITY_SAMPLES)
        found = search.sensitivities(
            simulation, [self.samples[k] for k in few], [truths[k] for k in few],
            lambda k, count: self.options.progress(f"sensitivity: layer {k + 1} of {count}"))
        if self.options.max_error is None:
            return self.layers, found
        order = search.MixedPrecision(self.layers, found)
        self.options.progress("searching the layers that stay float")
        count = order.largest(lambda chosen: search.simulated_error(
            simulation, self.samples, truths, {layer.node for layer in chosen}), self.options.max_error)
        return order.layers[:count], found

    def _result(self, chosen: list[Layer], truths: list[dict],
                sensitivities: dict[str, float]) -> tuple[Network, Differences | None]:
        """The bound holds for the model that is written, not for its simulation only."""
        bound = self.options.max_error
        while chosen:
            self.options.progress(f"writing {len(chosen)} quantised layers")
            result = self.method.apply(chosen)
            self._quantised = {layer.node for layer in chosen}
            if not self.samples:
                return result, None
            run = self.engine.load(result)
            differences = Differences(truths[0])
            for sample, truth in zip(self.samples, truths):
                differences.add(truth, run(sample))
            if bound is None or differences.worst is not None and differences.worst <= bound:
                return result, differences
            if differences.worst is None:
                raise failure("unsupported", "no output of the model can be compared, since shapes depend on values; "
                              "a bound of the error needs one", file=self.file)
            chosen = chosen[:len(chosen) - max(1, len(chosen) // 16)]
        least = min(sensitivities.values())
        raise failure("invalid_argument", f"no layer can be quantised within an error of {bound:g}; the least "
                      f"sensitive one alone has {least:.3g}", file=self.file)

    #===--- Report --------------------------------------------------------===#

    def _report(self, result: Network, differences: Differences | None,
                sensitivities: dict[str, float]) -> dict[str, Any]:
        errors = self._layer_errors(result) if self.samples else {}
        placement = self.method.placement([layer for layer in self.layers if layer.node in self._quantised])
        precision = {"static": "int8", "dynamic": "int8", "int4": "int4"}[self.options.mode]
        described = []
        for layer in self.layers:
            is_quantised = layer.node in self._quantised
            described.append({
                "node": layer.node, "operator": layer.operator, "weight": layer.weight,
                "shape": None if layer.weight is None else list(self.network.weights[layer.weight].dims),
                "precision": precision if is_quantised else "float32",
                "weight_error": self._weight_error(layer, placement) if is_quantised else None,
                "error": errors.get(layer.node), "sensitivity": sensitivities.get(layer.node)})
        outputs = [] if differences is None else [
            {"name": name, "error": difference.error, "cosine": difference.cosine, "top1": difference.top1}
            for name, difference in differences.of.items()]
        return {"model": self.file, "output": None if self.destination is None else str(self.destination),
                "mode": self.options.mode, "engine": self.options.engine if self.samples else None,
                "samples": len(self.samples), "opset": result.opset(),
                "bytes": {"before": self.source.bytes(), "after": result.bytes()},
                "error": None if differences is None else differences.worst, "max_error": self.options.max_error,
                "in_subgraphs": layers.count_in_subgraphs(self.network, self._operators()),
                "outputs": outputs, "layers": described}

    def _weight_error(self, layer: Layer, placement) -> float | None:
        squares = reference = 0.0
        for name, rounded in self.method.rounded_weights(layer, placement).items():
            weight = self.network.array(name).astype(np.float64)
            squares += float(np.sum((rounded - weight) ** 2))
            reference += float(np.sum(weight ** 2))
        return float(np.sqrt(squares / reference)) if reference else None

    def _layer_errors(self, result: Network) -> dict[str, float | None]:
        """Of the layers' own results, which are outputs meanwhile."""
        made = {name for node in result.graph.node for name in node.output}
        names = {layer.node: layer.output for layer in self.layers if layer.output in made}
        exact, rounded = self.engine.load(self.network, names.values()), self.engine.load(result, names.values())
        differences = Differences(dict.fromkeys(names.values()))
        for k, sample in enumerate(self.samples):
            self.options.progress(f"errors of layers: sample {k + 1} of {len(self.samples)}")
            differences.add(exact(sample), rounded(sample))
        return {node: differences.of[name].error for node, name in names.items()}
