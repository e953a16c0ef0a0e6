"""What an ONNX file says of itself: texts, and the types of inputs and outputs.

Weights are passed over. Field numbers are those of onnx.proto.
"""

from __future__ import annotations

import mmap
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable, Iterator

from .element_types import NAMES


@dataclass
class ModelMetadata:
    """The texts in a model's file; "" where it has none."""

    producer_name: str = ""
    graph_name: str = ""
    domain: str = ""
    description: str = ""
    graph_description: str = ""
    version: int = 0
    custom_metadata_map: dict[str, str] = field(default_factory=dict)


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a protobuf message: number, and value or bytes.

    Raises ValueError or IndexError where the bytes are no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind not in (0, 1, 2, 5) or key < 8:
            raise ValueError("no protobuf message")
        if kind == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        else:
            size = 8 if kind == 1 else 4
        if at + size > len(data):
            raise ValueError("a protobuf message that is cut off")
        yield key >> 3, data[at:at + size]
        at += size


def _text(value: int | memoryview) -> str:
    return "" if isinstance(value, int) else bytes(value).decode(errors="replace")


@dataclass
class Declared:
    """The type of a value.

    kind: "tensor", "seq", "optional", "map" or "sparse_tensor"; "": none is given.
    dtype: of a tensor, by numpy's or ml_dtypes' name; of a map, of its keys.
    shape: of a tensor: extents, names, "" for an extent that is neither; None: not given.
    element: of a sequence or optional, and the values of a map.
    """

    kind: str = ""
    dtype: str = ""
    shape: list[int | str] | None = None
    element: Declared | None = None

    def text(self, tensor_type: Callable[[str], str]) -> str:
        """As onnxruntime writes it; "": not given."""
        if self.kind == "tensor":
            return tensor_type(self.dtype)
        if self.kind == "map" and self.element is not None:
            return f"map({self.dtype},{self.element.text(tensor_type)})"
        if self.kind in ("seq", "optional") and self.element is not None:
            return f"{self.kind}({self.element.text(tensor_type)})"
        return ""


def _shape(message: memoryview) -> list[int | str]:
    extents: list[int | str] = []
    for number, dim in _fields(message):
        if number == 1 and isinstance(dim, memoryview):
            found = dict(_fields(dim))
            extent = found.get(1)
            is_known = isinstance(extent, int) and extent >> 63 == 0  # Negative ones say nothing.
            extents.append(extent if is_known else _text(found.get(2, 0)))
    return extents


def _type(message: memoryview) -> Declared:
    for number, value in _fields(message):
        kind = {1: "tensor", 4: "seq", 5: "map", 8: "sparse_tensor", 9: "optional"}.get(number)
        if kind is None or not isinstance(value, memoryview):
            continue
        found = dict(_fields(value))
        first, second = found.get(1), found.get(2)
        if kind in ("tensor", "sparse_tensor", "map"):
            dtype = NAMES[first] if isinstance(first, int) and first < len(NAMES) else ""
            if kind == "map":
                return Declared(kind, dtype, element=_type(second) if isinstance(second, memoryview) else None)
            return Declared(kind, dtype, _shape(second) if isinstance(second, memoryview) else None)
        return Declared(kind, shape=[], element=_type(first) if isinstance(first, memoryview) else None)
    return Declared()


def is_model(model: memoryview) -> bool:
    """Whether bytes are a ModelProto, as far as the messages that have names of others go."""
    try:
        for number, graph in _fields(model):
            if number == 7:
                if isinstance(graph, int):
                    return False
                for inner, node in _fields(graph):
                    if inner == 1:
                        if isinstance(node, int):
                            return False
                        for _ in _fields(node):
                            pass
    except (ValueError, IndexError):
        return False
    return True


def read_model(model: memoryview) -> tuple[ModelMetadata, dict[str, Declared]]:
    """The texts of a ModelProto that was compiled, and the types of its main graph's inputs and outputs."""
    meta, types = ModelMetadata(), {}
    for number, value in _fields(model):
        if number == 2:
            meta.producer_name = _text(value)
        elif number == 4:
            meta.domain = _text(value)
        elif number == 5 and isinstance(value, int):
            meta.version = value - (1 << 64 if value >> 63 else 0)
        elif number == 6:
            meta.description = _text(value)
        elif number == 7 and isinstance(value, memoryview):
            _read_graph(value, meta, types)
        elif number == 14 and isinstance(value, memoryview):
            entry = {inner: _text(text) for inner, text in _fields(value)}
            meta.custom_metadata_map[entry.get(1, "")] = entry.get(2, "")
    return meta, types


def _read_graph(graph: memoryview, meta: ModelMetadata, types: dict[str, Declared]) -> None:
    for number, value in _fields(graph):
        if number == 2:
            meta.graph_name = _text(value)
        elif number == 10:
            meta.graph_description = _text(value)
        elif number in (11, 12) and isinstance(value, memoryview):
            found = dict(_fields(value))
            if isinstance(kind := found.get(2), memoryview):
                types[_text(found.get(1, 0))] = _type(kind)


@contextmanager
def mapped(path: str | os.PathLike[str]) -> Iterator[memoryview]:
    """A file's bytes, while the context lasts."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:  # Which cannot be mapped.
            yield memoryview(b"")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapping, memoryview(mapping) as view:
            yield view
