"""Newer opsets, which have the quantisation operators that a method needs."""

from __future__ import annotations

from typing import Any

import onnx
from onnx import helper, version_converter

from .failure import failure, first_line
from .network import Network

#: The IR version of each opset's release, or a later one that readers of that opset know.
IR_VERSIONS = {13: 8, 19: 9, 21: 10}


def raise_opset(network: Network, version: int, purpose: str, file: Any = None) -> None:
    """Converts the model to at least this opset by onnx's converter. `purpose` says in
    a failure what needs it."""
    if network.opset() == 0:
        raise failure("unsupported", "the model has no operator of ONNX's own domain", file=file)
    if network.opset() < version:
        _convert(network, version, purpose, file)
    least_ir = max((ir for opset, ir in IR_VERSIONS.items() if opset <= network.opset()), default=0)
    network.model.ir_version = max(network.model.ir_version, least_ir)


def _convert(network: Network, version: int, purpose: str, file: Any) -> None:
    # Weights are inputs meanwhile: the converter copies what it is given several times, and
    # refuses messages of 2 GiB. Small ones are axes and shapes that it must see.
    model = onnx.ModelProto()
    model.CopyFrom(network.model)
    inputs = {port.name for port in model.graph.input}
    large = {name: tensor for name, tensor in network.weights.items() if tensor.ByteSize() > 1024}
    model.graph.initializer.extend(tensor for name, tensor in network.weights.items() if name not in large)
    stand_ins = [name for name in large if name not in inputs]
    model.graph.input.extend(helper.make_tensor_value_info(name, large[name].data_type, large[name].dims)
                             for name in stand_ins)
    model.ir_version = max(model.ir_version, 4)  # Before it, initializers must be inputs.
    old = network.opset()
    try:
        converted = version_converter.convert_version(model, version)
    except Exception as problem:
        raise failure("unsupported", f"its opset {old} is too old for {purpose}, which takes opset {version}, and "
                      f"onnx's converter fails: {first_line(problem)}; export the model at opset {version}", file=file)
    kept = [port for port in converted.graph.input if port.name not in stand_ins]
    del converted.graph.input[:]
    converted.graph.input.extend(kept)
    small = {tensor.name: tensor for tensor in converted.graph.initializer}
    del converted.graph.initializer[:]
    del converted.metadata_props[:]  # The converter keeps none.
    converted.metadata_props.extend(network.model.metadata_props)
    network.model = converted
    network.weights = {**{name: tensor for name, tensor in large.items()}, **small}
