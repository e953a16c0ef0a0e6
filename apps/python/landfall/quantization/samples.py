"""Calibration samples from an .npz file or from arrays.

The names are those of the model's inputs. An array of the input's own shape is one
sample. Several samples are NAME.0, NAME.1, ... (shapes may differ), or one array with
one axis more in front; or, where the model fixes the first extent to d, an array whose
first extent is a multiple of d. An input that has one sample has it in each.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper

from .failure import failure, first_line
from .network import Network

Sample = dict[str, np.ndarray]


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    if not path.exists():
        raise failure("io", "there is no such file", file=path)
    if not path.is_file():
        raise failure("io", "not a regular file", file=path)
    if not zipfile.is_zipfile(path):
        raise failure("invalid_argument", "not an .npz file: calibration samples are an archive of arrays "
                      "(numpy.savez) that have the names of the model's inputs", file=path)
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as problem:
        raise failure("invalid_argument", f"not a readable .npz file: {first_line(problem)}", file=path)
    arrays = {}
    with loaded:
        for name in loaded.files:
            try:
                arrays[name] = loaded[name]
            except Exception as problem:  # Objects, damaged members.
                raise failure("invalid_argument", f"its array '{name}' cannot be read: {first_line(problem)}",
                              file=path)
    return arrays


def samples_of(arrays: Mapping[str, Any], network: Network, file: Any = None) -> list[Sample]:
    """Every run's inputs; `file` is named in failures."""
    if not arrays:
        raise failure("invalid_argument", "there are no calibration samples in it", file=file)
    ports = {port.name: port for port in network.graph.input}
    required = [name for name in ports if name not in network.weights]
    series = _series(arrays, ports, required, file)
    missing = [name for name in required if name not in series]
    if missing:
        raise failure("invalid_argument", f"the model's input '{missing[0]}' has no calibration sample; arrays are "
                      f"{_listed(arrays)}", file=file)
    count = max(len(values) for values in series.values())
    for name, values in series.items():
        if len(values) not in (1, count):
            longest = next(other for other, found in series.items() if len(found) == count)
            raise failure("invalid_argument", f"'{name}' has {len(values)} samples, but '{longest}' has {count}",
                          file=file)
    return [{name: values[k if len(values) > 1 else 0] for name, values in series.items()} for k in range(count)]


def _series(arrays: Mapping[str, Any], ports: dict, required: list[str], file: Any) -> dict[str, list[np.ndarray]]:
    series: dict[str, list[np.ndarray]] = {}
    numbered: dict[str, dict[int, str]] = {}
    for name, value in arrays.items():
        base, _, number = name.rpartition(".")
        if name in ports:
            series[name] = _split(name, np.asarray(value), ports[name], file)
        elif base in ports and number.isdigit():
            numbered.setdefault(base, {})[int(number)] = name
        else:
            raise failure("invalid_argument", f"the model has no input '{name}'; its inputs are {_listed(ports)}",
                          file=file)
    for base, names in numbered.items():
        if base in series:
            raise failure("invalid_argument", f"has both '{base}' and '{names[min(names)]}'; samples are either "
                          "stacked or numbered", file=file)
        gap = next((k for k in range(len(names)) if k not in names), None)
        if gap is not None:
            raise failure("invalid_argument", f"has no '{base}.{gap}'; samples are numbered from 0 without gaps",
                          file=file)
        series[base] = [_checked(names[k], np.asarray(arrays[names[k]]), ports[base], file)
                        for k in range(len(names))]
    return series


def _listed(names) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"


def _dims(port: onnx.ValueInfoProto) -> list[int | str] | None:
    """Extents, and names of free ones ("" if nameless); None: the rank is free."""
    if not port.type.tensor_type.HasField("shape"):
        return None
    return [dim.dim_value if dim.dim_value > 0 else dim.dim_param for dim in port.type.tensor_type.shape.dim]


def _split(name: str, array: np.ndarray, port: onnx.ValueInfoProto, file: Any) -> list[np.ndarray]:
    dims = _dims(port)
    parts = [array]
    if dims is not None and array.ndim == len(dims) + 1 and len(array):
        parts = list(array)
    elif dims and array.ndim == len(dims) and isinstance(dims[0], int) and dims[0] > 0 and len(array) != dims[0] \
            and len(array) and len(array) % dims[0] == 0:
        parts = np.split(array, len(array) // dims[0])
    return [_checked(name, part, port, file) for part in parts]


def _checked(name: str, array: np.ndarray, port: onnx.ValueInfoProto, file: Any) -> np.ndarray:
    if not port.type.HasField("tensor_type"):
        raise failure("unsupported", f"the model's input '{port.name}' is not a tensor, and only tensors can be "
                      "calibrated with", file=file)
    expected = helper.tensor_dtype_to_np_dtype(port.type.tensor_type.elem_type)
    if array.dtype != expected and not (expected == object and array.dtype.kind in "UO"):
        raise failure("invalid_argument", f"'{name}' has elements of type {array.dtype}; the model takes {expected}",
                      file=file)
    dims = _dims(port)
    if dims is not None and (array.ndim != len(dims) or any(
            isinstance(dim, int) and dim != extent for dim, extent in zip(dims, array.shape))):
        wanted = "x".join(str(dim) or "?" for dim in dims) or "a scalar"
        shape = "x".join(map(str, array.shape)) or "a scalar"
        raise failure("invalid_argument", f"'{name}' has the shape {shape}; the model's input takes {wanted}",
                      file=file)
    if array.dtype.kind == "f" and not np.all(np.isfinite(array)):
        what = "NaN" if np.any(np.isnan(array)) else "infinity"
        raise failure("invalid_argument", f"'{name}' contains {what}", file=file)
    return array.astype(object) if expected == object else array
