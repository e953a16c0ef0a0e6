"""The quantiser: `landfall.quantize` and `landfall quantize`. docs/quantize.md describes it.

Needs the packages onnx and onnxruntime, which the rest of landfall does not.
"""

from .job import Job, Quantized
from .options import Options

__all__ = ["Job", "Options", "Quantized"]
