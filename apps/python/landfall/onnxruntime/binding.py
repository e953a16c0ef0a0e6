"""IOBinding: inputs and outputs that are named once for many runs."""

from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Any, Sequence

import numpy

from .element_types import dtype_of, pack, packed_size, unpack
from .errors import InvalidArgument
from .ort_value import OrtValue, check_device, check_same_type

if TYPE_CHECKING:
    from .session import InferenceSession


class _Room:
    """Memory of the caller, who keeps it, for a tensor."""

    def __init__(self, address: int, shape: Sequence[int], element_type: Any) -> None:
        self.dtype, self.shape = dtype_of(element_type), tuple(shape)
        size = packed_size(self.dtype, math.prod(self.shape))
        self.bytes = numpy.frombuffer((ctypes.c_uint8 * size).from_address(address), numpy.uint8)

    def read(self) -> numpy.ndarray:
        return unpack(self.bytes, self.dtype, self.shape)

    def write(self, result: numpy.ndarray) -> None:
        check_same_type(self.dtype, self.shape, result)
        self.bytes[:] = pack(result)


class IOBinding:
    """The inputs and outputs of `InferenceSession.run_with_iobinding`."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._inputs: dict[str, Any] = {}
        self._rooms: dict[str, OrtValue | _Room | None] = {}  # None: the run makes an array.
        self._results: list[OrtValue] = []

    def bind_cpu_input(self, name: str, arr_on_cpu: numpy.ndarray) -> None:
        self._inputs[self._known(name, self._session.get_inputs())] = arr_on_cpu

    def bind_input(self, name: str, device_type: str, device_id: int, element_type: Any, shape: Sequence[int],
                   buffer_ptr: int) -> None:
        check_device(device_type)
        self._inputs[self._known(name, self._session.get_inputs())] = _Room(buffer_ptr, shape, element_type)

    def bind_ortvalue_input(self, name: str, ortvalue: OrtValue) -> None:
        self.bind_cpu_input(name, ortvalue.value())

    def bind_output(self, name: str, device_type: str = "cpu", device_id: int = 0, element_type: Any = None,
                    shape: Sequence[int] | None = None, buffer_ptr: int | None = None) -> None:
        check_device(device_type)
        room = None if buffer_ptr is None or shape is None else _Room(buffer_ptr, shape, element_type)
        self._rooms[self._known(name, self._session.get_outputs())] = room

    def bind_ortvalue_output(self, name: str, ortvalue: OrtValue) -> None:
        ortvalue.numpy()  # Fails unless it is a tensor.
        self._rooms[self._known(name, self._session.get_outputs())] = ortvalue

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
        feed = {name: value.read() if isinstance(value, _Room) else value for name, value in self._inputs.items()}
        results = self._session.run(names, feed, run_options) if names else []
        self._results = []
        for name, result in zip(names, results):
            room = self._rooms[name]
            if isinstance(room, OrtValue):
                room.update_inplace(result)
            elif room is not None:
                room.write(result)
            self._results.append(room if isinstance(room, OrtValue) else OrtValue(result))

    @staticmethod
    def _known(name: str, ports: Sequence[Any]) -> str:
        names = [port.name for port in ports]
        if name not in names:
            raise InvalidArgument("invalid_argument", f"the model has no '{name}'; there are {', '.join(names)}")
        return name
