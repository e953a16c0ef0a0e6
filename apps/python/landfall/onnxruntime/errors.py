"""onnxruntime's exceptions; each is a landfall.Error with its data too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator

from .. import Error


class Fail(Error):
    """Anything that has no class of its own."""


class InvalidArgument(Error):
    """An input, a name or an option is wrong."""


class NoSuchFile(Error):
    """The model's file is not there."""


class NoModel(Error):
    """There is no model."""


class RuntimeException(Error):
    """A check inside the model failed on this input."""


class InvalidProtobuf(Error):
    """The model's bytes are no ModelProto."""


class NotImplemented(Error):
    """The model is legal, and uses what Landfall has not."""


class EPFail(Error):
    """The device failed."""


class InvalidGraph(Error):
    """The model breaks ONNX's rules."""


_CLASSES = {"invalid_argument": InvalidArgument, "invalid_model": InvalidGraph, "unsupported": NotImplemented,
            "invalid_package": InvalidProtobuf, "run_failed": RuntimeException, "device": EPFail}


@contextmanager
def translated(is_model: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Turns landfall.Error into the class that an application of onnxruntime catches.

    `is_model` says of a model that is refused whether its bytes are a ModelProto at all.
    """
    try:
        yield
    except Error as error:
        kind = _CLASSES.get(error.code, Fail)
        if kind is InvalidGraph and not is_model():
            kind = InvalidProtobuf
        raise kind(error.code, str(error), reason=error.reason, file=error.file, node=error.node,
                   operator=error.operator, opset=error.opset, enclosing=error.enclosing,
                   fused_with=error.fused_with, sizes=error.sizes) from error
