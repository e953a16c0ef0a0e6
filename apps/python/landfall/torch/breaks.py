"""PyTorch's own graph breaks. Where PyTorch leaves code to Python, Landfall is asked for less or
for nothing at all, so this alone tells the user."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from traceback import FrameSummary

import torch
from torch._dynamo.output_graph import GraphCompileReason
from torch._dynamo.utils import counters, get_compilation_metrics, graph_break_reasons

from .report import tell

_PYTORCH = str(Path(torch.__file__).parent) + os.sep
# Ends of tracing that Dynamo keeps to itself. Others are errors, or code without tensors.
_KEPT = ("Unsupported", "UserError")


class Breaks:
    """Those since it was made."""

    def __init__(self) -> None:
        self._pieces = len(graph_break_reasons)
        self._failed = _failed_frames()

    def tell(self) -> None:
        """Warns of each, once in a process."""
        for found in graph_break_reasons[self._pieces:]:
            tell_one(found)
        if (failed := _failed_frames() - self._failed) > 0:
            for frame in get_compilation_metrics()[-failed:]:
                if frame.fail_type in _KEPT:
                    tell(f"PyTorch leaves {frame.co_name} to Python: {summary(frame.fail_reason or '')}"
                         f" ({frame.co_filename}:{frame.co_firstlineno})")


def tell_one(found: GraphCompileReason | None) -> None:
    """Warns of what ended a graph, if that is a break."""
    if found and found.graph_break:
        tell(f"PyTorch breaks the graph and leaves a part to Python: {summary(found.reason)}{place(found.user_stack)}")


def _failed_frames() -> int:
    return counters["frames"]["total"] - counters["frames"]["ok"]


def summary(reason: str) -> str:
    """What broke and why, in one line, of a text that goes on with hints and addresses."""
    title, *rest = reason.strip().splitlines() or ["no reason is given"]
    for label in ("Explanation:", "Developer debug context:"):
        for line in rest:
            _, found, text = line.partition(label)
            if found and text.strip():
                return f"{title.strip()}: {text.strip()}"[:300]
    return title.strip()


def place(stack: Sequence[FrameSummary]) -> str:
    """The line of the user's code."""
    for frame in reversed(stack):
        if not frame.filename.startswith(_PYTORCH):
            return f" ({frame.filename}:{frame.lineno})"
    return ""
