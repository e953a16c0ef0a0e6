"""torch.compile for every size."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch.fx.experimental import _config as shapes

from .backend import backend
from .breaks import Breaks


@contextlib.contextmanager
def _every_size() -> Iterator[None]:
    """While PyTorch traces, sizes 0 and 1 are no constants, and sizes that happen to be
    equal are not one. Numbers of Python are constants: as inputs, they would make PyTorch
    trace each model twice, and what a model computes with is rarely another one. What
    PyTorch does not trace is told."""
    breaks = Breaks()
    with (shapes.patch(backed_size_oblivious=True, use_duck_shape=False),
          torch._dynamo.config.patch(specialize_float=True)):
        yield
    breaks.tell()


class _EverySize:
    """The backend with that context, which Dynamo enters around the calls of what it
    compiles."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.__name__ = "landfall"
        self.backend_ctx_ctor = _every_size

    def __call__(self, graph: torch.fx.GraphModule, example_inputs: Sequence[Any]) -> Callable[..., Any]:
        return backend(graph, example_inputs, options=self.options)


def compile(model: Callable[..., Any], device: str = "cpu", *, fullgraph: bool = False,
            **options: Any) -> Callable[..., Any]:
    """torch.compile(model, backend="landfall", dynamic=True, options=options), but one
    artefact serves sizes 0 and 1 too, which torch.compile makes constants of, and
    height and width that were equal in the first call."""
    optimize = torch._dynamo.optimize(_EverySize({"device": device, **options}), nopython=fullgraph, dynamic=True)
    return optimize(model)
