"""A graph of PyTorch as a compiled artefact: what runs in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from .capture import capture
from .engine import Engine
from .onnx_graph import to_onnx
from .report import reason, statistics, stays_in_pytorch
from .settings import Settings
from .weights import Frozen


class Artefact:
    """Called with the list of the graph's arguments, gives the list of its outputs.

    Compiled when it is made, and again if weights that it holds have changed: with the
    new values the first time, without holding those that changed from then on. Then
    one artefact serves a module that is trained in between, or several modules that
    share their code. What cannot be compiled again runs in PyTorch, if
    Settings.fallback allows it.
    """

    _boxed_call = True  # AOTAutograd's mark for what takes a list, which it may clear.

    def __init__(self, graph: torch.fx.GraphModule, weights: Mapping[int, torch.Tensor], settings: Settings) -> None:
        self._graph, self._settings = graph, settings
        self._written: set[int] = set()
        self._compile(weights)

    def _compile(self, weights: Mapping[int, torch.Tensor]) -> None:
        with statistics.timed("onnx"):
            captured = capture(self._graph, weights)
            model = to_onnx(captured.module, captured.weights)
        self._engine: Engine | None = Engine(model, self._settings)
        self._inputs, self._outputs = captured.inputs, captured.outputs
        self._weights = {k: weights[k] for k in captured.frozen}
        self._frozen = Frozen(self._weights)

    def _renew(self, arguments: list[Any]) -> None:
        written, others = self._frozen.changed(arguments)
        passed = set(others) | (self._written & set(written))
        self._written |= set(written)
        if others:  # Another module's: which weights it shares is not known.
            passed |= set(self._weights)
        try:
            self._compile({k: arguments[k] for k in self._weights if k not in passed})
        except Exception as error:
            if not self._settings.fallback:
                raise
            stays_in_pytorch(reason(error))
            self._engine = None

    def __call__(self, arguments: list[Any]) -> list[Any]:
        if self._engine and not self._frozen.are(arguments):
            self._renew(arguments)
        if not self._engine:
            return list(self._graph(*arguments))
        inputs = [value.detach().contiguous() if isinstance(value, torch.Tensor) else int(value)
                  for value in map(arguments.__getitem__, self._inputs)]
        results = self._engine.model.run_torch(inputs)
        outputs = [output(arguments, results) for output in self._outputs]
        arguments.clear()
        return outputs
