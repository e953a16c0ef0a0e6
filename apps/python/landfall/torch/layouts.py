"""Sizes are not asked where the answer only chooses a layout or one of PyTorch's kernels.

What PyTorch asks while it traces becomes a condition of the graph: a batch of 1, or one of 16
and more, would be compiled anew. Its questions that are answered here, only where sizes are
free (backed_size_oblivious, which dynamic.py and exported.py switch on):

- which of its kernels a convolution would run, and in which order its result lies in memory;
- whether the operand of a product with a matrix can be read as one long matrix;
- whether what is made dense, or given another shape, happens to be dense at the sizes of the trace;
- in which order an average over a whole image lies in memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch._C import DispatchKey
from torch._prims_common import infer_size, is_contiguous_or_false
from torch._subclasses import fake_impls
from torch._subclasses.fake_tensor import FakeTensor
from torch._subclasses.functional_tensor import FunctionalTensor
from torch.fx.experimental import _config as shapes

aten = torch.ops.aten
COMPOSITE = DispatchKey.CompositeImplicitAutograd


def has_free_size(tensor: torch.Tensor) -> bool:
    return shapes.backed_size_oblivious and any(isinstance(size, torch.SymInt) for size in tensor.shape)


def channels_fit(input: torch.Tensor, weight: torch.Tensor, transposed: bool, groups: int) -> bool:
    return input.dim() != weight.dim() or bool(input.shape[1] == (weight.shape[0] if transposed
                                                                  else weight.shape[1] * groups))


def unconditional(ask: Callable[..., Any]) -> Callable[..., Any]:
    """A question about a convolution whose answer holds for the sizes of the trace and is no
    condition."""

    @functools.wraps(ask)
    def asked(input: torch.Tensor, weight: torch.Tensor, *rest: Any, **options: Any) -> Any:
        if not has_free_size(input) or not isinstance(input, FakeTensor):
            return ask(input, weight, *rest, **options)
        # This stays a condition: channels that weights fix are no free size.
        if "groups" in options and not channels_fit(input, weight, options["transposed"], options["groups"]):
            return ask(input, weight, *rest, **options)  # Which says so.
        with input.fake_mode.shape_env.suppress_guards():
            return ask(input, weight, *rest, **options)

    return asked


def folded(product: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A product of an operand of rank 3 or more and a matrix: the operand is made dense first,
    which costs nothing in a graph of values, and then is one long matrix without a question."""

    @functools.wraps(product)
    def folding(a: torch.Tensor, b: torch.Tensor, *rest: Any, **options: Any) -> torch.Tensor:
        if a.dim() > 2 >= b.dim() > 0 and has_free_size(a) and not is_contiguous_or_false(a):
            a = a.clone(memory_format=torch.contiguous_format)
        return product(a, b, *rest, **options)

    return folding


def made_dense(contiguous: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Whatever may not be dense at some size is copied, which costs nothing in a graph of values."""

    @functools.wraps(contiguous)
    def dense(x: torch.Tensor, *, memory_format: torch.memory_format = torch.contiguous_format) -> torch.Tensor:
        if memory_format is torch.contiguous_format and has_free_size(x) and not is_contiguous_or_false(x):
            return x.clone(memory_format=memory_format)
        return contiguous(x, memory_format=memory_format)

    return dense


def reshaped(reshape: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A view where it is one at all sizes, which writes in place may count on, or else of a copy."""

    compute_stride = getattr(fake_impls, "_compute_stride", None)  # Not in every release.

    @functools.wraps(reshape)
    def reshaping(x: torch.Tensor, shape: Sequence[Any]) -> torch.Tensor:
        if compute_stride is None or not has_free_size(x) or is_contiguous_or_false(x):
            return reshape(x, shape)
        shape = infer_size(tuple(shape), x.numel())
        if compute_stride(x.size(), x.stride(), shape, size_oblivious=True) is None:
            x = x.clone(memory_format=torch.contiguous_format)
        return x.view(shape)

    return reshaping


def averaged(pool: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Average pooling to one point is a mean, whose order in memory says nothing."""

    @functools.wraps(pool)
    def pooled(x: torch.Tensor, output_size: Sequence[Any]) -> torch.Tensor:
        if has_free_size(x) and all(isinstance(size, int) and size == 1 for size in output_size):
            return x.mean((-2, -1), keepdim=True)
        return pool(x, output_size)

    return pooled


def kernel_of(operator: Any) -> Callable[..., torch.Tensor]:
    """What takes an operator apart: in Python, or in C++."""
    return operator.py_kernels.get(COMPOSITE) or functools.partial(operator._op_dk, COMPOSITE)


def install() -> None:
    """Where a release of PyTorch has no such question, there is nothing to answer."""
    for name in ("_select_conv_backend", "_conv_determine_backend_memory_format"):
        if ask := getattr(torch._C, name, None):
            setattr(torch._C, name, unconditional(ask))
    for operator, instead in ((aten.matmul.default, folded), (aten.linear.default, folded),
                              (aten.reshape.default, reshaped), (aten.adaptive_avg_pool2d.default, averaged)):
        operator.py_kernels[COMPOSITE] = instead(kernel_of(operator))
        operator._dispatch_cache.clear()
    # The method asks before it comes to an operator.
    for tensor in (FakeTensor, FunctionalTensor):
        tensor.contiguous = made_dense(torch.Tensor.contiguous)
