"""Attention as operators of ONNX that Landfall computes in few kernels."""

from __future__ import annotations

import torch

Tensor = torch.Tensor


@torch.library.custom_op("landfall::product", mutates_args=())
def product(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product of tensors of rank 4, as ONNX's MatMul. AOTAutograd takes PyTorch's
    own apart into reshapes and a product of rank 3, and what reads a reshaped tensor cannot
    use vectors along its rows."""
    return torch.matmul(a, b)


@product.register_fake
def _(a: Tensor, b: Tensor) -> Tensor:
    # torch.matmul asks whether a batch is 1, and what it was when traced would become a
    # condition of the graph: nothing is broadcast here.
    for x, y in ((a.shape[0], b.shape[0]), (a.shape[1], b.shape[1]), (a.shape[3], b.shape[2])):
        torch._check(x == y)
    return a.new_empty((*a.shape[:-1], b.shape[-1]))


def safe_softmax(x: Tensor, dim: int, dtype: torch.dtype | None = None) -> Tensor:
    """aten::_safe_softmax: zeros where a row is hidden as a whole, which softmax alone makes
    no numbers. What is hidden has no share in any row, so none need be looked at as a whole."""
    return torch.softmax(x, dim, dtype=dtype).masked_fill(x == float("-inf"), 0.0)


def fused(query: Tensor, key: Tensor, value: Tensor, dropout_p: float = 0.0, is_causal: bool = False, *,
          attn_mask: Tensor | None = None, scale: float | None = None) -> tuple[Tensor, Tensor]:
    """aten::_scaled_dot_product_flash_attention_for_cpu, without dropout: the result, with
    batch, queries, heads in that order in memory, and the logarithms of the sums."""
    dtype = query.dtype
    if dtype in (torch.float16, torch.bfloat16):
        query, key, value = query.float(), key.float(), value.float()
    if (groups := query.shape[1] // key.shape[1]) > 1:
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    scores = product(query, key.transpose(-2, -1)) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        rows, columns = (torch.arange(size, device=query.device) for size in scores.shape[-2:])
        scores = scores.masked_fill(columns > rows[:, None], float("-inf"))
    if attn_mask is not None:
        scores = (scores.masked_fill(torch.logical_not(attn_mask), float("-inf"))
                  if attn_mask.dtype == torch.bool else scores + attn_mask)
    shares = safe_softmax(scores, -1) if is_causal or attn_mask is not None else torch.softmax(scores, -1)
    result = product(shares, value).to(dtype)
    # contiguous() would ask whether sizes are 1.
    dense = result.transpose(1, 2).clone(memory_format=torch.contiguous_format)
    return dense.transpose(1, 2), torch.logsumexp(scores, -1)
