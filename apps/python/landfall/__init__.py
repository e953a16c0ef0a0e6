"""Landfall: compile ONNX models and run them.

    import landfall
    model = landfall.compile("model.onnx", device="cpu")
    outputs = model.run({"x": array})        # numpy in, numpy out
    model.save("model.lfm")
    model = landfall.load("model.lfm")       # runs without the compiler

Tensors are numpy arrays (narrow types as ml_dtypes ones), sequences are lists,
an absent optional is None, strings are object arrays, maps are dicts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _landfall
from ._landfall import Model, Value

if TYPE_CHECKING:
    import numpy

    from .quantization import Quantized

__all__ = ["Error", "Model", "Value", "compile", "compile_package", "describe_device", "devices", "from_torch", "load",
           "quantize", "query"]
__version__: str = _landfall.version()


class Error(RuntimeError):
    """A failure, as text (`str`) and as data.

    code: its kind ("invalid_model", "unsupported", "run_failed", ...).
    reason: what was expected and what to do, without the place and the sizes.
    file: the model's or package's; None: not known.
    node: the innermost node of the model, by its name or, if it has none, by
        its first output's; None: the failure belongs to none.
    operator: the node's operator, like "Conv" or "com.microsoft.Gelu"; or None.
    opset: the version of the operator's domain; None: not known.
    enclosing: the nodes whose subgraphs or functions contain it, innermost first.
    fused_with: other nodes that are computed together with it, if one of them may
        be what failed.
    sizes: {name: value} of what the reason speaks of when a run fails.
    """

    def __init__(self, code: str, message: str, *, reason: str | None = None, file: str | None = None,
                 node: str | None = None, operator: str | None = None, opset: int | None = None,
                 enclosing: Sequence[str] = (), fused_with: Sequence[str] = (),
                 sizes: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = message if reason is None else reason
        self.file = file
        self.node = node
        self.operator = operator
        self.opset = opset
        self.enclosing = list(enclosing)
        self.fused_with = list(fused_with)
        self.sizes = dict(sizes or {})


def _device_options(threads: int, own_process: bool, timeout_seconds: int, require_target: bool = False) -> str:
    return json.dumps({"threads": threads, "own_process": own_process, "timeout_seconds": timeout_seconds,
                       "require_target": require_target})


def _model_bytes(model: Any) -> bytes:
    if isinstance(model, (bytes, bytearray, memoryview)):
        return bytes(model)
    if hasattr(model, "SerializeToString"):
        return model.SerializeToString()
    raise TypeError("model must be a path, the bytes of a ModelProto or an onnx.ModelProto, "
                    f"not {type(model).__name__}")


def compile(model: str | os.PathLike[str] | bytes | bytearray | memoryview | Any, device: str = "cpu", *,
            threads: int = 0, own_process: bool = False, timeout_seconds: int = 60,
            directory: str | os.PathLike[str] | None = None, **options: Any) -> Model:
    """Compiles a model and makes it ready to run on a device.

    `model` is a path, the bytes of a ModelProto or an onnx.ModelProto;
    `directory` is where external data lies (a path's own folder by default).
    `threads` sizes the thread pool (0: one a core). A simulated device runs in
    a process of its own with `own_process`; one that shows no sign of life for
    `timeout_seconds`, and a kernel that takes so long by its clock, is given
    up. `options` are the compiler's: `variants` names the machines to generate
    code for (by default this one; [] for all that the device's kind has, to
    save and run elsewhere), `require_target=True` fails where the target
    does not run a kernel natively, or the host would compute what is not its work
    by nature (docs/host_work.md), and runs fail at sizes that the device refuses; without it, warnings say which
    kernels fall back; `skip_steps`
    leaves optimisations out, to find one that breaks something,
    `strict_names=True` makes runs fail where dimensions of one name have several
    extents, which else is a warning, `cache=False` generates code anew that the
    user's cache has (`landfall cache`), and keeps none. `precision="bf16"` rounds factors
    of sums of products of f32 to bf16: faster where the machine multiplies bf16, less
    exact everywhere (docs/narrow_types.md); the default is "f32". `dynamic={"x": "?x3x?x?"}` makes extents free
    that a model was exported with as numbers (docs/decisions/007-reopened-sizes.md);
    with commas, extents of one name are equal: {"ids": "batch,seq", "mask": "batch,seq"}.
    A model whose constants do not say what they are at other sizes is refused
    ("unsupported", with the node).
    """
    device = options.pop("target", device)  # Its older name.
    device_options = _device_options(threads, own_process, timeout_seconds, options.get("require_target", False))
    options["device"] = device
    options.setdefault("variants", ["native"])
    text = json.dumps(options)
    if isinstance(model, (str, os.PathLike)):
        return _landfall.compile_file(os.fspath(model), text, device, device_options)
    return _landfall.compile_bytes(_model_bytes(model), os.fspath(directory or ""), text, device, device_options)


def compile_package(model: str | os.PathLike[str] | bytes | bytearray | memoryview | Any, device: str = "cpu", *,
                    directory: str | os.PathLike[str] | None = None, **options: Any) -> bytes:
    """Compiles a model for machines that need not be this one: the bytes of a package.

    Nothing is loaded, so `variants=["aarch64-neon", "riscv64"]` needs no code for this
    machine beside them; by default there are all that the device's kind has. `model`,
    `directory` and `options` are as in `compile`. Written to a file, the bytes are what
    `Model.save` writes, and `load` takes them as they are.
    """
    options["device"] = device
    text = json.dumps(options)
    if isinstance(model, (str, os.PathLike)):
        return _landfall.package_of_file(os.fspath(model), text)
    return _landfall.package_of_bytes(_model_bytes(model), os.fspath(directory or ""), text)


def query(model: str | os.PathLike[str] | bytes | bytearray | memoryview | Any, device: str = "cpu", *,
          directory: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """Where each node of a model would run on a device, and why; compiles nothing.

    {"target", "nodes": [{"number", "name", "operator", "outputs", "where", "reason"}]};
    `where` is "device", "fallback", "host", "compiler", "nowhere", "refused" or "unknown", as
    lf_query_file in landfall.h says. `model` and `directory` are as in `compile`.
    """
    options = json.dumps({"device": device})
    if isinstance(model, (str, os.PathLike)):
        return json.loads(_landfall.query_file(os.fspath(model), options))
    return json.loads(_landfall.query_bytes(_model_bytes(model), os.fspath(directory or ""), options))


def load(package: str | os.PathLike[str] | bytes, device: str = "", *, threads: int = 0, own_process: bool = False,
         timeout_seconds: int = 60, require_target: bool = False) -> Model:
    """Loads a compiled model: the path of a .lfm, or its bytes. Needs no compiler.

    `device` is one that can run it (by default the first of the kind that it was
    compiled for); its options and `require_target` are those of `compile`.
    """
    options = _device_options(threads, own_process, timeout_seconds, require_target)
    if isinstance(package, bytes):
        return _landfall.load_bytes(package, device, options)
    return _landfall.load_file(os.fspath(package), device, options)


def quantize(model: str | os.PathLike[str] | bytes | bytearray | memoryview | Any,
             output: str | os.PathLike[str] | None = None, *,
             calibrate: str | os.PathLike[str] | Mapping[str, numpy.ndarray] | None = None, mode: str = "static",
             max_error: float | None = None, sensitivity: bool = False, only: Sequence[str] = (),
             exclude: Sequence[str] = (), ranges: str = "minmax", reduce_range: bool = False, block: int = 32,
             contributed: bool = False, engine: str = "onnxruntime", threads: int = 0) -> Quantized:
    """Quantises a model: gives, and writes to `output`, an ONNX model of integers.

    `model` is a path, the bytes of a ModelProto or an onnx.ModelProto without external
    data. `calibrate` has samples of its inputs, an .npz file or {name: array}: an array of
    the input's shape is one sample, NAME.0, NAME.1, ... are several, and so is an array
    with one axis more in front (docs/quantize.md).

    `mode`: "static", int8 with calibrated scales (QuantizeLinear, DequantizeLinear);
    "dynamic", int8 with scales that are found at run time; "int4", weights of 4 bits with
    a scale for `block` rows each. The last two work without samples; then no error of
    outputs is known. `max_error` bounds the error of every output, ||quantised - float|| /
    ||float|| over all samples: the layers that hurt most stay float. `sensitivity`
    measures the error that each layer alone makes. `only` and `exclude` are patterns of
    layers' names or operators. `ranges` of activations are "minmax", "percentile" or
    "mse"; `reduce_range` gives weights 7 bits, for runtimes whose products saturate;
    `contributed` allows com.microsoft operators (MatMulNBits, DynamicQuantizeLSTM).
    `engine`, "onnxruntime" or "landfall", runs the samples.

    The result has `model` (an onnx.ModelProto; None above 2 GiB) and `report` (a dict,
    which landfall/quantization/report.py describes). Needs the packages onnx and
    onnxruntime.
    """
    from pathlib import Path

    from .quantization import Job, Options

    options = Options(mode=mode, max_error=max_error, sensitivity=sensitivity, only=only, exclude=exclude,
                      ranges=ranges, reduce_range=reduce_range, block=block, contributed=contributed, engine=engine,
                      threads=threads)
    return Job(model, calibrate, None if output is None else Path(output), options).run()


def from_torch(module: Any, example_inputs: Sequence[Any] | Mapping[str, Any], dynamic_shapes: Any = None, *,
               device: str = "cpu", **options: Any) -> Model:
    """Compiles a torch.nn.Module for a device: a model to run and to save.

    `example_inputs` are arguments of its forward, by position or by name.
    `dynamic_shapes` are those of torch.export.export; by default every dimension is
    free that the module's code does not fix. Inputs have the names of forward's
    parameters, outputs those of what it returns ("logits"; "output", "output_0" where
    there is none). `options` are those of `compile`. Needs torch, onnx and onnxscript
    (docs/torch.md).
    """
    from .torch import from_torch

    return from_torch(module, example_inputs, dynamic_shapes, device=device, **options)


def devices() -> list[str]:
    """The names of the devices that this build has drivers for."""
    return _landfall.devices()


def describe_device(device: str) -> dict[str, Any]:
    """What a device is: hardware, threads, memory, peaks. Fails if it is not here."""
    return json.loads(_landfall.describe_device(device))
