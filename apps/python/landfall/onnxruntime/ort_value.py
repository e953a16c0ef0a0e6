"""OrtValue: a value with its type, in the host's memory."""

from __future__ import annotations

from typing import Any, Sequence

import numpy

from .element_types import NAMES, dtype_of
from .errors import Fail, InvalidArgument
from .signature import tensor_type


class OrtValue:
    """A tensor (a numpy array), a sequence (a list) or an absent optional (None)."""

    def __init__(self, value: Any) -> None:
        self._value = value

    @staticmethod
    def ortvalue_from_numpy(numpy_obj: numpy.ndarray, device_type: str = "cpu", device_id: int = 0,
                            vendor_id: int = -1) -> OrtValue:
        """Shares the array's memory."""
        check_device(device_type)
        return OrtValue(numpy.asarray(numpy_obj))

    @staticmethod
    def ortvalue_from_numpy_with_onnx_type(data: numpy.ndarray, onnx_element_type: int) -> OrtValue:
        """Reads the array's bytes as elements of another type of the same size."""
        dtype = dtype_of(onnx_element_type)
        if dtype.itemsize != data.dtype.itemsize:
            raise InvalidArgument("invalid_argument", f"elements of {data.dtype} are not as large as those of {dtype}")
        return OrtValue(data.view(dtype))

    @staticmethod
    def ortvalue_from_shape_and_type(shape: Sequence[int], element_type: Any, device_type: str = "cpu",
                                     device_id: int = 0, vendor_id: int = -1) -> OrtValue:
        """Room for a result."""
        check_device(device_type)
        return OrtValue(numpy.empty(shape, dtype_of(element_type)))

    def numpy(self) -> Any:
        """The array; only of tensors."""
        self._array()
        return self._value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
        return numpy.array(self._array(), dtype=dtype, copy=copy)

    def value(self) -> Any:
        """What Landfall takes and gives."""
        return self._value

    def shape(self) -> list[int]:
        return list(self._array().shape)

    def element_type(self) -> int:
        """ONNX's number."""
        return NAMES.index(self._dtype_name())

    def data_type(self) -> str:
        if isinstance(self._value, list):
            return f"seq({OrtValue(self._value[0]).data_type()})" if self._value else "seq(tensor(float))"
        return tensor_type(self._dtype_name())

    def data_ptr(self) -> int:
        return self._array().ctypes.data

    def device_name(self) -> str:
        return "cpu"

    def has_value(self) -> bool:
        return self._value is not None

    def is_tensor(self) -> bool:
        return isinstance(self._value, numpy.ndarray)

    def is_sparse_tensor(self) -> bool:
        return False

    def is_tensor_sequence(self) -> bool:
        return isinstance(self._value, list)

    def update_inplace(self, array: numpy.ndarray) -> None:
        """Copies an array of the same type and shape into this one."""
        own = self._array()
        check_same_type(own.dtype, own.shape, array)
        numpy.copyto(own, array)

    def _array(self) -> numpy.ndarray:
        if not isinstance(self._value, numpy.ndarray):
            raise Fail("invalid_argument", "the value is no tensor")
        return self._value

    def _dtype_name(self) -> str:
        dtype = self._array().dtype
        return "string" if dtype.kind in "OUST" else dtype.name


def check_same_type(dtype: numpy.dtype, shape: tuple[int, ...], array: numpy.ndarray) -> None:
    if dtype != array.dtype or shape != array.shape:
        raise InvalidArgument("invalid_argument", f"a tensor of {dtype} {shape} cannot take one of "
                              f"{array.dtype} {array.shape}")


def check_device(device_type: str) -> None:
    if device_type.lower() not in ("cpu", "landfall"):
        raise InvalidArgument("invalid_argument", f"there is no memory on '{device_type}': values are in the host's, "
                              "and Landfall moves them to its device")
