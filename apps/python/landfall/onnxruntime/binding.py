"""IOBinding: inputs and outputs that are named once for many runs."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Sequence

import numpy

from .element_types import dtype_of
from .errors import InvalidArgument
from .ort_value import OrtValue, check_device

if TYPE_CHECKING:
    from .session import InferenceSession


def _array_at(address: int, shape: Sequence[int], element_type: Any) -> numpy.ndarray:
    """An array over memory of the caller, who keeps it."""
    dtype = dtype_of(element_type)
    count = int(numpy.prod(shape, dtype=numpy.int64)) * dtype.itemsize
    memory = (ctypes.c_uint8 * count).from_address(address)
    return numpy.frombuffer(memory, numpy.uint8).view(dtype).reshape(shape)


class IOBinding:
    """The inputs and outputs of `InferenceSession.run_with_iobinding`."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._inputs: dict[str, Any] = {}
        self._rooms: dict[str, numpy.ndarray | None] = {}  # None: the run makes an array.
        self._results: list[OrtValue] = []

    def bind_cpu_input(self, name: str, arr_on_cpu: numpy.ndarray) -> None:
        self._inputs[self._known(name, self._session.get_inputs())] = arr_on_cpu

    def bind_input(self, name: str, device_type: str, device_id: int, element_type: Any, shape: Sequence[int],
                   buffer_ptr: int) -> None:
        check_device(device_type)
        self.bind_cpu_input(name, _array_at(buffer_ptr, shape, element_type))

    def bind_ortvalue_input(self, name: str, ortvalue: OrtValue) -> None:
        self.bind_cpu_input(name, ortvalue.value())

    def bind_output(self, name: str, device_type: str = "cpu", device_id: int = 0, element_type: Any = None,
                    shape: Sequence[int] | None = None, buffer_ptr: int | None = None) -> None:
        check_device(device_type)
        room = None if buffer_ptr is None or shape is None else _array_at(buffer_ptr, shape, element_type)
        self._rooms[self._known(name, self._session.get_outputs())] = room

    def bind_ortvalue_output(self, name: str, ortvalue: OrtValue) -> None:
        self._rooms[self._known(name, self._session.get_outputs())] = ortvalue.numpy()

    def clear_binding_inputs(self) -> None:
        self._inputs.clear()

    def clear_binding_outputs(self) -> None:
        self._rooms.clear()
        self._results = []

    def synchronize_inputs(self) -> None:
        """Nothing is under way outside of runs."""

    def synchronize_outputs(self) -> None:
        """Nothing is under way outside of runs."""

    def get_outputs(self) -> list[OrtValue]:
        """Of the last run, in the order in which outputs were bound."""
        return self._results

    def copy_outputs_to_cpu(self) -> list[Any]:
        return [result.value() for result in self._results]

    def run(self, run_options: Any) -> None:
        """For InferenceSession."""
        names = list(self._rooms)
        results = self._session.run(names, self._inputs, run_options) if names else []
        self._results = []
        for name, result in zip(names, results):
            room = self._rooms[name]
            if room is not None:
                OrtValue(room).update_inplace(result)
            self._results.append(OrtValue(result if room is None else room))

    @staticmethod
    def _known(name: str, ports: Sequence[Any]) -> str:
        names = [port.name for port in ports]
        if name not in names:
            raise InvalidArgument("invalid_argument", f"the model has no '{name}'; there are {', '.join(names)}")
        return name
