"""Landfall as an execution provider of an installed onnxruntime (1.24 or newer).

    import onnxruntime as ort
    import landfall.onnxruntime_ep as landfall_ep
    landfall_ep.register(ort)
    session = ort.InferenceSession("model.onnx", providers=[landfall_ep.get_ep_name(), "CPUExecutionProvider"])

The library that onnxruntime loads is part of Landfall; onnxruntime is the application's,
and this module imports it only if `register` is given none. docs/onnxruntime.md has the
options and what is claimed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["get_ep_name", "get_ep_names", "get_library_path", "register", "session_options", "unregister"]

_EP_NAME = "LandfallExecutionProvider"
_REGISTERED_NAME = "landfall"
_LIBRARY = "liblandfall_onnxruntime.so"


def get_ep_name() -> str:
    """The name of the provider in `providers=[...]` and `OrtEpDevice.ep_name`."""
    return _EP_NAME


def get_ep_names() -> list[str]:
    """The names of all providers that the library has."""
    return [_EP_NAME]


def get_library_path() -> str:
    """The library's file. Raises FileNotFoundError where it is not installed."""
    package = Path(__file__).resolve().parent
    # A wheel has libraries in the package; an installed tree, in lib/ above
    # site-packages; a build, beside its python/ folder.
    folders = [package, package / "lib", package.parent / "landfall.libs", *(up / "lib" for up in package.parents[:5]),
               package.parents[2]]
    for folder in folders:
        if (folder / _LIBRARY).is_file():
            return os.fspath(folder / _LIBRARY)
    raise FileNotFoundError(f"{_LIBRARY} is in none of {', '.join(map(os.fspath, folders))}; "
                            "this installation of Landfall has no execution provider")


def _onnxruntime(ort: Any) -> Any:
    if ort is not None:
        return ort
    import onnxruntime

    return onnxruntime


def register(ort: Any = None) -> list[Any]:
    """Makes the provider known to onnxruntime; a second call changes nothing.

    `ort` is the onnxruntime module, imported if not given. The result lists the
    provider's devices (OrtEpDevice), the CPU first; `device.ep_metadata["device"]` is the
    name of each in Landfall.
    """
    ort = _onnxruntime(ort)
    devices = [device for device in ort.get_ep_devices() if device.ep_name == _EP_NAME]
    if not devices:
        ort.register_execution_provider_library(_REGISTERED_NAME, get_library_path())
        devices = [device for device in ort.get_ep_devices() if device.ep_name == _EP_NAME]
    return devices


def unregister(ort: Any = None) -> None:
    """Takes the provider away from onnxruntime. No session may use it any more."""
    _onnxruntime(ort).unregister_execution_provider_library(_REGISTERED_NAME)


def session_options(device: str = "cpu", ort: Any = None, **options: Any) -> Any:
    """onnxruntime.SessionOptions that run models on a device of Landfall.

    `options` are the provider's, as docs/onnxruntime.md lists them: threads=4.
    """
    ort = _onnxruntime(ort)
    devices = {made.ep_metadata["device"]: made for made in register(ort)}
    if device not in devices:
        raise ValueError(f"there is no device '{device}'; there are {', '.join(devices)}")
    texts = {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in options.items()}
    made = ort.SessionOptions()
    made.add_provider_for_devices([devices[device]], texts)
    return made
