"""Failures of the quantiser: `landfall.Error`s with the words and codes of the compiler's."""

from __future__ import annotations

from typing import Any

from .. import Error

#: The exit code of each kind of failure: base/error.h has the list.
EXIT_CODES = {"invalid_argument": 1, "invalid_model": 2, "unsupported": 3, "invalid_package": 4, "io": 5,
              "out_of_memory": 6, "run_failed": 7, "device": 8, "internal": 9, "cancelled": 10}


def operator_of(node: Any) -> str:
    """A node's operator, after its domain where that is not ONNX's own."""
    return node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"


def failure(code: str, reason: str, *, file: Any = None, node: Any = None) -> Error:
    """`reason` is one clause, without a full stop; `node` is a NodeProto."""
    parts = [] if file is None else [str(file)]
    name = operator = None
    if node is not None:
        name, operator = node.name or (node.output[0] if node.output else ""), operator_of(node)
        parts.append(f"node '{name}' ({operator})" if node.name else f"the node giving '{name}' ({operator})")
    reason = " ".join(reason.split())  # Libraries' messages have several lines.
    return Error(code, ": ".join([*parts, reason]), reason=reason, file=None if file is None else str(file),
                 node=name, operator=operator)


def first_line(problem: BaseException) -> str:
    """What a library says, as a part of a reason."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return (lines[0] if lines else type(problem).__name__)[:300]
