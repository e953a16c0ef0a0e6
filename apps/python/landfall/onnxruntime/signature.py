"""What a session takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._landfall import Value
from .model_file import Declared

# numpy's and ml_dtypes' names, where onnxruntime's differ.
_TYPE_NAMES = {"float32": "float", "float64": "double", "float8_e4m3fn": "float8e4m3fn",
               "float8_e4m3fnuz": "float8e4m3fnuz", "float8_e5m2": "float8e5m2", "float8_e5m2fnuz": "float8e5m2fnuz",
               "float8_e8m0fnu": "float8e8m0", "float4_e2m1fn": "float4e2m1"}


def tensor_type(dtype: str) -> str:
    """onnxruntime's name of a tensor type: "tensor(float)"."""
    return f"tensor({_TYPE_NAMES.get(dtype, dtype)})"


@dataclass(frozen=True)
class NodeArg:
    """An input or output of a model.

    type: "tensor(float)", "seq(tensor(int64))".
    shape: extents, the names of free dimensions, None for one without a name; [] for
        scalars, for tensors of any rank and for what is no tensor.
    """

    name: str
    type: str
    shape: list[int | str | None] = field(default_factory=list)

    def __str__(self) -> str:
        return f"NodeArg(name='{self.name}', type='{self.type}', shape={self.shape})"


def node_arg(value: Value, declared: Declared | None, extents: dict[str, int]) -> NodeArg:
    """`declared`: what the model's file says, if there is one; `extents`: numbers for names
    of free dimensions."""
    tensor = tensor_type(value.dtype)
    kinds = {"tensor": tensor, "sequence": f"seq({tensor})", "optional": f"optional({tensor})",
             "map": f"map(int64,{tensor})"}
    kind, shape = kinds[value.kind], value.shape if value.kind == "tensor" else []
    if declared is not None:
        kind = declared.text(tensor_type) or kind
        shape = shape if declared.shape is None else declared.shape
    return NodeArg(value.name, kind, [extents.get(extent, extent or None) if isinstance(extent, str) else extent
                                      for extent in shape])
