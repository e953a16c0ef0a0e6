"""torch.compile for every size, 0 and 1 included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.fx.experimental import _config as shapes

from .backend import backend


class _SizeOblivious:
    """The backend, with PyTorch told not to treat sizes 0 and 1 as constants while it
    traces: a context that Dynamo enters around the calls of what it compiles."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.__name__ = "landfall"
        self.backend_ctx_ctor = lambda: shapes.patch(backed_size_oblivious=True)

    def __call__(self, graph: torch.fx.GraphModule, example_inputs: Sequence[Any]) -> Callable[..., Any]:
        return backend(graph, example_inputs, options=self.options)


def compile(model: Callable[..., Any], device: str = "cpu", *, fullgraph: bool = False,
            **options: Any) -> Callable[..., Any]:
    """torch.compile(model, backend="landfall", dynamic=True, options=options), but one
    artefact serves sizes 0 and 1 too, which torch.compile makes constants of."""
    optimize = torch._dynamo.optimize(_SizeOblivious({"device": device, **options}), nopython=fullgraph, dynamic=True)
    return optimize(model)
