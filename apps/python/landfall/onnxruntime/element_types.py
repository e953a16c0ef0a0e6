"""ONNX's element types: their numbers, and the dtypes of numpy and ml_dtypes."""

from __future__ import annotations

import math
from typing import Any, Sequence

import numpy

from .errors import InvalidArgument

# By ONNX's number; 0 stands for none.
NAMES = ["", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64",
         "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
         "float8_e5m2fnuz", "uint4", "int4", "float4_e2m1fn", "float8_e8m0fnu", "uint2", "int2"]
# The types of which ONNX and onnxruntime keep several in a byte, the first in the lowest
# bits; an array of ml_dtypes has a byte for each element.
_BITS = {"uint4": 4, "int4": 4, "float4_e2m1fn": 4, "uint2": 2, "int2": 2}


def packed_size(dtype: numpy.dtype, count: int) -> int:
    """The bytes that onnxruntime has for so many elements."""
    return -(-count * _BITS.get(dtype.name, 8 * dtype.itemsize) // 8)


def pack(array: numpy.ndarray) -> numpy.ndarray:
    """The bytes that onnxruntime has for an array; those of the last byte that no element has are 0."""
    bits = _BITS.get(array.dtype.name)
    if bits is None:
        return numpy.ascontiguousarray(array).reshape(-1).view(numpy.uint8)
    each = 8 // bits
    elements = numpy.zeros(packed_size(array.dtype, array.size) * each, numpy.uint8)
    elements[:array.size] = array.reshape(-1).view(numpy.uint8) & ((1 << bits) - 1)
    return numpy.bitwise_or.reduce(elements.reshape(-1, each) << numpy.arange(0, 8, bits, dtype=numpy.uint8), axis=1)


def unpack(data: numpy.ndarray, dtype: numpy.dtype, shape: Sequence[int]) -> numpy.ndarray:
    """The array of such bytes; over them, unless several elements share a byte."""
    bits = _BITS.get(dtype.name)
    if bits is None:
        return data.view(dtype).reshape(shape)
    elements = data[:, None] >> numpy.arange(0, 8, bits, dtype=numpy.uint8) & ((1 << bits) - 1)
    elements = elements.reshape(-1)[:math.prod(shape)].reshape(shape)
    if dtype.name.startswith("float"):
        return elements.view(dtype)
    if dtype.name.startswith("int"):
        sign = 1 << (bits - 1)
        return ((elements ^ sign).astype(numpy.int8) - sign).astype(dtype)
    return elements.astype(dtype)


def dtype_of(element_type: Any) -> numpy.dtype:
    """The numpy dtype of a type of numpy or a number of ONNX."""
    if not isinstance(element_type, int):
        return numpy.dtype(element_type)
    if not 0 < element_type < len(NAMES):
        raise InvalidArgument("invalid_argument", f"{element_type} is no element type of ONNX")
    return dtype_named(NAMES[element_type])


def dtype_named(name: str) -> numpy.dtype:
    """The dtype of a name of numpy or ml_dtypes, or "string"."""
    if name == "string":
        return numpy.dtype(object)
    try:
        return numpy.dtype(name)
    except TypeError:
        import ml_dtypes

        return numpy.dtype(getattr(ml_dtypes, name))
