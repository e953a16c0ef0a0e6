"""ONNX's element types: their numbers, and the dtypes of numpy and ml_dtypes."""

from __future__ import annotations

from typing import Any

import numpy

from .errors import InvalidArgument

# By ONNX's number; 0 stands for none.
NAMES = ["", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64",
         "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
         "float8_e5m2fnuz", "uint4", "int4", "float4_e2m1fn", "float8_e8m0fnu", "uint2", "int2"]


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
