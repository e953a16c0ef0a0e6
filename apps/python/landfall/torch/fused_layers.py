"""PyTorch's fused transformer layers, which torch.nn takes for inference, as what they mean.

The masks of both are true where a key is not to be seen; `mask_type` says of which shape
they are: 0 queries by keys, 1 batch by keys, 2 batch by heads by queries by keys.
"""

from __future__ import annotations

import torch
from torch.nn import functional as F

from .attention import product

Tensor = torch.Tensor


def attention_mask(mask: Tensor | None, mask_type: int | None) -> Tensor | None:
    """True where a key is seen, to be broadcast to batch by heads by queries by keys."""
    if mask is None:
        return None
    seen = torch.logical_not(mask.to(torch.bool))
    return seen[:, None, None, :] if mask_type == 1 else seen


def split_heads(x: Tensor, heads: int) -> Tensor:
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)


def attention(query: Tensor, key: Tensor, value: Tensor, embed_dim: int, num_head: int, qkv_weight: Tensor,
              qkv_bias: Tensor, proj_weight: Tensor, proj_bias: Tensor, mask: Tensor | None = None,
              need_weights: bool = True, average_attn_weights: bool = True,
              mask_type: int | None = None) -> tuple[Tensor, Tensor]:
    """aten::_native_multi_head_attention."""
    weights, biases = qkv_weight.chunk(3), qkv_bias.chunk(3)
    q, k, v = (split_heads(F.linear(x, w, b), num_head)
               for x, w, b in zip((query, key, value), weights, biases))
    scores = product(q, k.transpose(-2, -1)) * (embed_dim // num_head) ** -0.5
    if (seen := attention_mask(mask, mask_type)) is not None:
        scores = scores.masked_fill(torch.logical_not(seen), float("-inf"))
    shares = torch.softmax(scores, -1)
    mixed = product(shares, v).transpose(1, 2).reshape(query.shape[0], query.shape[1], embed_dim)
    if not need_weights:
        shares = query.new_empty(0)
    elif average_attn_weights:
        shares = shares.mean(1)
    return F.linear(mixed, proj_weight, proj_bias), shares


def encoder_layer(src: Tensor, embed_dim: int, num_heads: int, qkv_weight: Tensor, qkv_bias: Tensor,
                  proj_weight: Tensor, proj_bias: Tensor, use_gelu: bool, norm_first: bool, eps: float,
                  norm_weight_1: Tensor, norm_bias_1: Tensor, norm_weight_2: Tensor, norm_bias_2: Tensor,
                  ffn_weight_1: Tensor, ffn_bias_1: Tensor, ffn_weight_2: Tensor, ffn_bias_2: Tensor,
                  mask: Tensor | None = None, mask_type: int | None = None) -> Tensor:
    """aten::_transformer_encoder_layer_fwd."""

    def attend(x: Tensor) -> Tensor:
        return attention(x, x, x, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, False,
                         mask_type=mask_type)[0]

    def feed_forward(x: Tensor) -> Tensor:
        x = F.linear(x, ffn_weight_1, ffn_bias_1)
        return F.linear(F.gelu(x) if use_gelu else F.relu(x), ffn_weight_2, ffn_bias_2)

    def norm_1(x: Tensor) -> Tensor:
        return F.layer_norm(x, (embed_dim,), norm_weight_1, norm_bias_1, eps)

    def norm_2(x: Tensor) -> Tensor:
        return F.layer_norm(x, (embed_dim,), norm_weight_2, norm_bias_2, eps)

    if norm_first:
        x = src + attend(norm_1(src))
        return x + feed_forward(norm_2(x))
    x = norm_1(src + attend(src))
    return norm_2(x + feed_forward(x))
