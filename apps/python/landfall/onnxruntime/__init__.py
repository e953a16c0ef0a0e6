"""Landfall with the interface of onnxruntime: an application changes its import.

    import landfall.onnxruntime as ort
    session = ort.InferenceSession("model.onnx")
    scores, = session.run(["scores"], {"pixels": pixels})

A model is compiled when its session is made; onnxruntime itself is not needed. The
device is the one that a provider's options name, or the environment variable
LANDFALL_DEVICE, or the CPU:

    ort.InferenceSession("model.onnx", providers=[("LandfallExecutionProvider", {"device": "reef2"})])

Paths and bytes may also be compiled models (.lfm). docs/onnxruntime.md lists what differs.
"""

from __future__ import annotations

from .. import __version__
from . import capi
from .binding import IOBinding
from .model_file import ModelMetadata
from .options import ExecutionMode, GraphOptimizationLevel, RunOptions, SessionOptions
from .ort_value import OrtValue
from .session import InferenceSession, get_all_providers, get_available_providers, get_device
from .signature import NodeArg

__all__ = ["ExecutionMode", "GraphOptimizationLevel", "IOBinding", "InferenceSession", "ModelMetadata", "NodeArg",
           "OrtValue", "RunOptions", "SessionOptions", "__version__", "capi", "get_all_providers",
           "get_available_providers", "get_device", "set_default_logger_severity", "set_default_logger_verbosity"]


def set_default_logger_severity(severity: int) -> None:
    """Accepted for compatibility: Landfall has warnings of Python and no log."""
    if not 0 <= severity <= 4:
        raise RuntimeError("a severity is a number from 0 to 4")


def set_default_logger_verbosity(verbosity: int) -> None:
    """Accepted for compatibility."""
