"""What the backend did: counters and what stays in PyTorch, said once."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .capture import Refused


class StaysInPyTorch(UserWarning):
    """A piece of a model runs in PyTorch; the text says why."""


@dataclass
class Statistics:
    """Counted since the process began or `reset`.

    graphs: pieces of models that PyTorch handed over.
    compilations: times that one was compiled by Landfall; more than the graphs that
        were taken only where weights changed.
    in_pytorch: {why: how many graphs stay in PyTorch for it}.
    seconds: {"capture" (AOTAutograd), "onnx", "landfall"}: where compiling took its time.
    clock: what tells the time, in seconds.
    """

    graphs: int = 0
    compilations: int = 0
    in_pytorch: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    clock: Callable[[], float] = field(default=time.perf_counter, repr=False)
    _inner: float = field(default=0.0, repr=False)

    def reset(self) -> None:
        self.graphs = self.compilations = 0
        self.in_pytorch.clear()
        self.seconds.clear()

    @contextlib.contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Counts the time of a step, without that of steps inside of it."""
        start, inner = self.clock(), self._inner
        self._inner = 0.0
        try:
            yield
        finally:
            seconds = self.clock() - start
            self.seconds[step] += seconds - self._inner
            self._inner = inner + seconds


def reason(error: BaseException) -> str:
    """The first cause, in one line."""
    while (cause := error.__cause__) is not None:
        error = cause
    text = " ".join(str(error).split())[:300]
    return text if isinstance(error, Refused) else f"{type(error).__name__}: {text}"


statistics = Statistics()
_told: set[str] = set()


def tell(what: str) -> None:
    """Warns the user, once of each."""
    if what not in _told:
        _told.add(what)
        warnings.warn(f"landfall: {what}", StaysInPyTorch, stacklevel=3)


def stays_in_pytorch(why: str) -> None:
    """Counts it; the user is told each reason once."""
    statistics.in_pytorch[why] += 1
    tell(f"a graph runs in PyTorch: {why}")
