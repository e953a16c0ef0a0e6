"""The exceptions of onnxruntime, under the path that applications catch them by."""

from ..errors import (EPFail, Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, NoModel, NoSuchFile,
                      NotImplemented, RuntimeException)

__all__ = ["EPFail", "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoModel", "NoSuchFile",
           "NotImplemented", "RuntimeException"]
