"""Reading a model's file and its external data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from .failure import failure, first_line
from .network import graphs_of


def read_model(path: str | os.PathLike[str]) -> onnx.ModelProto:
    """The model with its external data; fails with the reason."""
    path = Path(path)
    if not path.exists():
        raise failure("io", "there is no such file", file=path)
    if not path.is_file():
        raise failure("io", "not a regular file", file=path)
    try:
        model = onnx.load(path, load_external_data=False, format="protobuf")
    except OSError as problem:
        raise failure("io", f"cannot be read: {problem.strerror}", file=path)
    except Exception as problem:  # protobuf's own.
        raise failure("invalid_model", f"not an ONNX model: {first_line(problem)}", file=path)
    if not model.HasField("graph") or not model.opset_import:
        raise failure("invalid_model", "not an ONNX model: it has no graph or no opset", file=path)
    for tensor in _external_tensors(model):
        _load_external(tensor, path)
    return model


def external_files(path: str | os.PathLike[str]) -> set[Path]:
    """The files beside a model that hold its constants."""
    model = onnx.load(path, load_external_data=False, format="protobuf")
    return {Path(path).parent / entry.value for tensor in _external_tensors(model)
            for entry in tensor.external_data if entry.key == "location"}


def _external_tensors(model: onnx.ModelProto) -> Iterator[TensorProto]:
    """Of subgraphs and attributes too."""
    for graph in graphs_of(model.graph):
        tensors = [*graph.initializer, *(attribute.t for node in graph.node for attribute in node.attribute
                                         if attribute.type == onnx.AttributeProto.TENSOR)]
        yield from (tensor for tensor in tensors if onnx.external_data_helper.uses_external_data(tensor))


def _load_external(tensor: TensorProto, path: Path) -> None:
    info = {entry.key: entry.value for entry in tensor.external_data}
    data = path.parent / info.get("location", "")
    if not data.is_file():
        raise failure("io", f"'{tensor.name}' is in '{info.get('location', '')}', which is not a regular file",
                      file=path)
    try:
        onnx.external_data_helper.load_external_data_for_tensor(tensor, str(path.parent))
    except Exception as problem:
        raise failure("io", f"the external data of '{tensor.name}' cannot be read: {first_line(problem)}", file=path)
    count = int(np.prod(tensor.dims, dtype=np.int64))
    expected = (count * _bits(tensor.data_type) + 7) // 8
    if len(tensor.raw_data) != expected:
        raise failure("io", f"the external data of '{tensor.name}' has {len(tensor.raw_data)} bytes; its shape and "
                      f"type take {expected}", file=path)
    tensor.data_location = TensorProto.DEFAULT
    del tensor.external_data[:]


def _bits(data_type: int) -> int:
    four = (TensorProto.INT4, TensorProto.UINT4, TensorProto.FLOAT4E2M1)
    return 4 if data_type in four else helper.tensor_dtype_to_np_dtype(data_type).itemsize * 8
