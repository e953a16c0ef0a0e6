"""The quantiser: `landfall.quantize` and `landfall quantize`. docs/quantize.md describes it.

Needs the packages onnx and onnxruntime, which the rest of landfall does not.
"""

from .job import Job, Options, Quantized

__all__ = ["Job", "Options", "Quantized"]
