"""Landfall: compile ONNX models and run them.

    import landfall
    model = landfall.compile("model.onnx", target="cpu")
    outputs = model.run({"x": array})        # numpy in, numpy out
    model.save("model.lfm")
    model = landfall.load("model.lfm")       # runs without the compiler

Tensors are numpy arrays (narrow types as ml_dtypes ones), sequences are lists,
an absent optional is None, strings are object arrays, maps are dicts.
"""

import json
import os

from . import _landfall
from ._landfall import Model, Value

__all__ = ["Error", "Model", "Value", "compile", "load", "targets"]


class Error(RuntimeError):
    """A failure, as text (`str`) and as data.

    code: its kind ("invalid_model", "unsupported", "run_failed", ...).
    reason: what was expected and what to do, without the place and the sizes.
    file: the model's or package's; None: not known.
    node: the innermost node of the model, by its name or, if it has none, by
        its first output's; None: the failure belongs to none.
    operator: the node's operator, like "Conv" or "com.microsoft.Gelu"; or None.
    enclosing: the nodes whose subgraphs or functions contain it, innermost first.
    sizes: {name: value} of what the reason speaks of when a run fails.
    """

    def __init__(self, code, message, *, reason=None, file=None, node=None, operator=None, enclosing=(), sizes=None):
        super().__init__(message)
        self.code = code
        self.reason = message if reason is None else reason
        self.file = file
        self.node = node
        self.operator = operator
        self.enclosing = list(enclosing)
        self.sizes = dict(sizes or {})


def compile(model, target="cpu", *, threads=0, own_process=False, timeout_seconds=60, directory=None, **options):
    """Compiles a model and makes it ready to run.

    `model` is a path, the bytes of a ModelProto or an onnx.ModelProto;
    `target` names the device; `directory` is where external data lies (a path's
    own folder by default). `threads` sizes the thread pool (0: one a core). A
    simulated device runs in a process of its own with `own_process`; one that
    shows no sign of life for `timeout_seconds`, and a kernel that takes so long
    by its clock, is given up. `options` are the compiler's: `variants` names the machines to generate code for (by default
    this one; [] for all that the target has, to save and run elsewhere),
    `require_target=True` fails where the host would compute what is not its
    work by nature (docs/host_work.md).
    """
    device_options = _landfall.DeviceOptions(threads, own_process, timeout_seconds)
    options["target"] = _landfall.target_of(target)
    options.setdefault("variants", ["native"])
    text = json.dumps(options)
    if isinstance(model, (str, os.PathLike)):
        return _landfall.compile_file(os.fspath(model), text, target, device_options)
    if isinstance(model, (bytes, bytearray, memoryview)):
        data = bytes(model)
    elif hasattr(model, "SerializeToString"):
        data = model.SerializeToString()
    else:
        raise TypeError("model must be a path, the bytes of a ModelProto or an onnx.ModelProto, "
                        f"not {type(model).__name__}")
    return _landfall.compile_bytes(data, directory or "", text, target, device_options)


def load(path, device="", *, threads=0, own_process=False, timeout_seconds=60):
    """Loads a compiled model (.lfm). Needs no compiler.

    `device` is one of those that its target has (the first by default); its
    options are those of `compile`.
    """
    return _landfall.load(os.fspath(path), device, _landfall.DeviceOptions(threads, own_process, timeout_seconds))


def targets():
    """The names of the devices that this build can run on."""
    return _landfall.devices()
