"""Compiles ONNX models for a device; holds them no longer than Python's own end."""

from __future__ import annotations

import atexit
import tempfile
import weakref
from pathlib import Path
from typing import Any

import landfall

from .report import statistics
from .settings import Settings

# protobuf's messages end at 2 GiB: larger weights go through a file.
MESSAGE_BYTES = 1 << 30


class Engine:
    """A compiled model that may be dropped."""

    def __init__(self, model: Any, settings: Settings) -> None:
        """`model` is an onnx_ir.Model."""
        import onnx_ir

        weights = sum(value.const_value.nbytes for value in model.graph.initializers.values())
        if weights < MESSAGE_BYTES:
            with statistics.timed("onnx"):
                bytes = onnx_ir.to_proto(model).SerializeToString()
            with statistics.timed("landfall"):
                self.model = landfall.compile(bytes, settings.device, **settings.compiler)
        else:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.onnx"
                with statistics.timed("onnx"):
                    onnx_ir.save(model, path, external_data="weights")
                with statistics.timed("landfall"):
                    self.model = landfall.compile(path, settings.device, **settings.compiler)
        statistics.compilations += 1
        _engines.add(self)


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


@atexit.register
def _drop_models() -> None:
    # PyTorch's caches of graphs outlive the module of the extension.
    for engine in list(_engines):
        del engine.model
