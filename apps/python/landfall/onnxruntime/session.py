"""InferenceSession over a compiled model."""

from __future__ import annotations

import os
import threading
import warnings
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import numpy

from .. import Error, _landfall, compile, describe_device, load
from .._landfall import Value
from . import errors
from .binding import IOBinding
from .element_types import dtype_named
from .model_file import Declared, ModelMetadata, is_model, mapped, read_model
from .options import RunOptions, SessionOptions, check_not_terminated
from .ort_value import OrtValue
from .signature import NodeArg, node_arg

LANDFALL = "LandfallExecutionProvider"
CPU = "CPUExecutionProvider"


def get_available_providers() -> list[str]:
    return [LANDFALL, CPU]


def get_all_providers() -> list[str]:
    return get_available_providers()


def get_device() -> str:
    return "CPU"


def _paired(providers: Sequence[Any] | None, provider_options: Sequence[Mapping[str, Any]] | None) -> dict[str, dict[str, str]]:
    """{provider: options}, of those that there are."""
    providers = list(providers or [LANDFALL])
    options = list(provider_options or [{}] * len(providers))
    if len(options) != len(providers):
        raise ValueError("'providers' and 'provider_options' should be the same length if both are given")
    found: dict[str, dict[str, str]] = {}
    for entry, extra in zip(providers, options):
        name, own = entry if isinstance(entry, (tuple, list)) else (entry, {})
        if name not in get_available_providers():
            warnings.warn(f"Specified provider '{name}' is not in available provider names. Available providers: "
                          f"'{', '.join(get_available_providers())}'", stacklevel=4)
            continue
        found[name] = {key: str(value) for key, value in {**extra, **own}.items()}
    return found or {LANDFALL: {}}


def _device(providers: Mapping[str, Mapping[str, str]]) -> str:
    # The environment is for applications that are not changed, which name other providers.
    options = dict(providers.get(LANDFALL, {}))
    device = options.pop("device", None) or os.environ.get("LANDFALL_DEVICE") or "cpu"
    if unknown := set(options) - {"threads"}:
        raise errors.InvalidArgument("invalid_argument", f"{LANDFALL} has no option '{sorted(unknown)[0]}'; its "
                                     "options are device, threads")
    try:
        describe_device(device)
    except Error as error:
        raise errors.InvalidArgument("invalid_argument", str(error)) from error
    return device


def _threads(option: Any) -> int:
    try:
        return int(option)
    except ValueError as error:
        raise errors.InvalidArgument("invalid_argument", f"the option threads is '{option}'; it is a number") from error


def _is_model_file(path: str) -> bool:
    with mapped(path) as view:
        return is_model(view)


class InferenceSession:
    """A model, compiled and ready to run. Runs come one after the other; it may be used from any thread."""

    def __init__(self, path_or_bytes: str | os.PathLike[str] | bytes, sess_options: SessionOptions | None = None,
                 providers: Sequence[Any] | None = None,
                 provider_options: Sequence[Mapping[str, Any]] | None = None, **kwargs: Any) -> None:
        self._options = sess_options or SessionOptions()
        self._meta = ModelMetadata()
        self._types: dict[str, Declared] = {}
        self._providers = _paired(providers, provider_options)
        self._device = _device(self._providers)
        landfall_options = self._providers.get(LANDFALL, {})
        self._threads = _threads(landfall_options.get("threads", self._options.intra_op_num_threads))
        if isinstance(path_or_bytes, (str, os.PathLike)):
            self._load_file(os.fspath(path_or_bytes))
        elif isinstance(path_or_bytes, bytes):
            self._load_bytes(path_or_bytes)
        else:
            raise TypeError(f"Unable to load from type '{type(path_or_bytes)}'")
        self._inputs = [self._port(value) for value in self._model.inputs if not value.has_default]
        self._overridable = [self._port(value) for value in self._model.inputs if value.has_default]
        self._outputs = [self._port(value) for value in self._model.outputs]
        self._dtypes = {value.name: value.dtype for value in self._model.inputs if value.kind == "tensor"}
        self._optional = {value.name for value in self._model.inputs if value.kind == "optional"}

    def _port(self, value: Value) -> NodeArg:
        return node_arg(value, self._types.get(value.name), self._options._extents)

    def _load_file(self, path: str) -> None:
        if not Path(path).is_file():
            raise errors.NoSuchFile("io", f"Load model from {path} failed: the file does not exist", file=path)
        with open(path, "rb") as file:
            is_package = _landfall.is_package(file.read(8))
        with errors.translated(lambda: _is_model_file(path)):
            if is_package:
                self._model = load(path, self._device, threads=self._threads)
                return
            self._model = compile(path, self._device, threads=self._threads)
        with mapped(path) as view:
            self._meta, self._types = read_model(view)

    def _load_bytes(self, model: bytes) -> None:
        with errors.translated(lambda: is_model(memoryview(model))):
            if _landfall.is_package(model[:8]):
                self._model = load(model, self._device, threads=self._threads)
                return
            self._model = compile(model, self._device, threads=self._threads)
        self._meta, self._types = read_model(memoryview(model))

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any],
            run_options: RunOptions | None = None) -> list[Any]:
        """Outputs in the order of their names; all of them if there are none."""
        check_not_terminated(run_options)
        names = list(output_names) if output_names else [output.name for output in self._outputs]
        known = {output.name for output in self._outputs}
        for name in names:
            if name not in known:
                raise errors.InvalidArgument("invalid_argument", f"Invalid output name:{name}")
        missing = [port.name for port in self._inputs
                   if port.name not in input_feed and port.name not in self._optional]
        if missing:
            raise ValueError(f"Required inputs ({missing}) are missing from input feed ({list(input_feed)}).")
        with errors.translated():
            results = self._model.run({name: self._argument(name, value) for name, value in input_feed.items()})
        return [_plain(results[name]) for name in names]

    def _argument(self, name: str, value: Any) -> Any:
        if isinstance(value, OrtValue):
            return value.value()
        # A list is a sequence where the model takes one, else the elements of a tensor.
        if isinstance(value, (list, tuple, int, float)) and name in self._dtypes:
            return numpy.asarray(value, dtype_named(self._dtypes[name]))
        return value

    def run_async(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any],
                  callback: Callable[[list[Any], Any, str], None], user_data: Any,
                  run_options: RunOptions | None = None) -> None:
        """Runs on a thread of its own, then calls callback(outputs, user_data, error): "" is success."""
        def work() -> None:
            try:
                outputs, error = self.run(output_names, input_feed, run_options), ""
            except Exception as failure:
                outputs, error = [], str(failure)
            callback(outputs, user_data, error)

        threading.Thread(target=work, daemon=True).start()

    def run_with_ort_values(self, output_names: Sequence[str] | None, input_dict_ort_values: Mapping[str, OrtValue],
                            run_options: RunOptions | None = None) -> list[OrtValue]:
        return [OrtValue(value) for value in self.run(output_names, input_dict_ort_values, run_options)]

    def run_with_iobinding(self, iobinding: IOBinding, run_options: RunOptions | None = None) -> None:
        iobinding.run(run_options)

    def io_binding(self) -> IOBinding:
        return IOBinding(self)

    def get_inputs(self) -> list[NodeArg]:
        return self._inputs

    def get_outputs(self) -> list[NodeArg]:
        return self._outputs

    def get_overridable_initializers(self) -> list[NodeArg]:
        return self._overridable

    def get_modelmeta(self) -> ModelMetadata:
        return self._meta

    def get_session_options(self) -> SessionOptions:
        return self._options

    def get_providers(self) -> list[str]:
        """Those that the session was made with; CPU is always the last."""
        return [*(name for name in self._providers if name != CPU), CPU]

    def get_provider_options(self) -> dict[str, dict[str, str]]:
        return {name: dict(self._providers.get(name, {})) for name in self.get_providers()}

    def disable_fallback(self) -> None:
        """There is none: a model runs whole or is refused."""

    def enable_fallback(self) -> None:
        """There is none: a model runs whole or is refused."""


def _plain(value: Any) -> Any:
    """The scalars in a map as Python's own, as onnxruntime gives them."""
    if isinstance(value, dict):
        return {key: item.item() if isinstance(item, numpy.ndarray) and item.ndim == 0 else item
                for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
