"""Linear resampling stays one operator while a graph is captured: PyTorch takes it apart into
gathers of single elements and their weights, which no fusion makes fast again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch._C import DispatchKey

aten = torch.ops.aten

# What models call, and what it is with the sizes of the result known.
WHOLE = {
    aten.upsample_linear1d.vec: aten.upsample_linear1d.default,
    aten.upsample_bilinear2d.vec: aten.upsample_bilinear2d.default,
    aten.upsample_trilinear3d.vec: aten.upsample_trilinear3d.default,
}
# Where PyTorch keeps the ways to take an operator apart that no table of decompositions changes.
KEYS = (DispatchKey.CompositeImplicitAutograd, DispatchKey.Autograd)
DTYPES = (torch.float32, torch.float64)  # Narrower ones are computed in float32.


def resample(whole: Any, apart: Callable[..., torch.Tensor], input: torch.Tensor, output_size: Sequence[Any] | None,
             align_corners: bool, scale_factors: Sequence[float] | None) -> torch.Tensor:
    """`whole`, if that is the same: it steps by what the sizes of operand and result say,
    which other factors than whole ones are not."""
    is_exact = scale_factors is None or all(float(factor).is_integer() for factor in scale_factors)
    if not is_exact or input.dtype not in DTYPES:
        return apart(input, output_size, align_corners, scale_factors)
    if scale_factors is not None:
        output_size = [size * int(factor) for size, factor in zip(input.shape[2:], scale_factors)]
    return whole(input, output_size, align_corners)


def _put(operator: Any, kernels: dict[Any, Any]) -> None:
    operator.py_kernels.clear()
    operator.py_kernels.update(kernels)
    operator._dispatch_cache.clear()


@contextlib.contextmanager
def kept_whole() -> Iterator[None]:
    before = {operator: dict(operator.py_kernels) for pair in WHOLE.items() for operator in pair}
    for called, whole in WHOLE.items():
        def kernel(*arguments: Any, whole: Any = whole, apart: Any = before[called][KEYS[0]]) -> torch.Tensor:
            return resample(whole, apart, *arguments)

        _put(called, before[called] | dict.fromkeys(KEYS, kernel))
        _put(whole, {key: value for key, value in before[whole].items() if key not in KEYS})
    try:
        yield
    finally:
        for operator, kernels in before.items():
            _put(operator, kernels)
