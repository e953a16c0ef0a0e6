"""Landfall for PyTorch.

    torch.compile(model, backend="landfall", dynamic=True, options={"target": "cpu"})

docs/torch.md says what it takes. PyTorch finds the backend by its entry point, or once
this module is imported.

    import landfall.torch
    landfall.torch.statistics          # graphs, compilations, what stays in PyTorch
    landfall.torch.compile(model)      # as torch.compile, and sizes 0 and 1 are free too
"""

from importlib.metadata import entry_points as _entry_points

from torch._dynamo.backends import registry as _registry

from . import layouts as _layouts
from .backend import backend
from .dynamic import compile
from .exported import from_torch
from .report import StaysInPyTorch, Statistics, statistics

__all__ = ["StaysInPyTorch", "Statistics", "backend", "compile", "from_torch", "statistics"]

_layouts.install()

# Without an installation there is no entry point. Registering it twice is an error.
if not _entry_points(group="torch_dynamo_backends", name="landfall"):
    _registry.register_backend(backend, name="landfall")
