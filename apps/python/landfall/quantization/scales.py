"""Scales and zero points: q = round(x / scale) + zero_point, saturated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

INT32_MAX = np.iinfo(np.int32).max


class Affine(NamedTuple):
    """Of a whole tensor, in uint8."""

    scale: np.float32
    zero_point: np.uint8


def affine(low: float, high: float) -> Affine:
    """So that [low, high] and 0 are in range, and 0 is exact, as padding must be."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = np.float32((high - low) / 255)
    if scale < np.finfo(np.float32).tiny:
        return Affine(np.float32(1 / 255), np.uint8(0))
    return Affine(scale, np.uint8(np.clip(np.rint(-low / float(scale)), 0, 255)))


def quantized(array: np.ndarray, parameters: Affine) -> np.ndarray:
    values = np.rint(array / parameters.scale) + np.float32(parameters.zero_point)
    return np.clip(values, 0, 255).astype(np.uint8)


def channel_scales(weight: np.ndarray, axis: int, largest: int) -> np.ndarray:
    """Symmetric: the largest magnitude of each index along `axis` becomes `largest`."""
    others = tuple(k for k in range(weight.ndim) if k != axis)
    scales = (np.max(np.abs(weight), axis=others).astype(np.float64) / largest).astype(np.float32)
    # Channels of zeros, or of what underflows, keep a scale that divides.
    return np.where(scales < np.finfo(np.float32).tiny, np.float32(1), scales)


def along(values: np.ndarray, rank: int, axis: int) -> np.ndarray:
    """A value for each index along `axis`, shaped to broadcast."""
    return values.reshape([-1 if k == axis else 1 for k in range(rank)])


def quantized_weight(weight: np.ndarray, scales: np.ndarray, axis: int, largest: int) -> np.ndarray:
    values = np.rint(weight / along(scales, weight.ndim, axis))
    return np.clip(values, -largest, largest).astype(np.int8)


def scales_for_bias(scales: np.ndarray, bias: np.ndarray, input_scale: float) -> np.ndarray:
    """Weights' scales, larger where the bias, whose scale is input_scale * scale, would
    not fit into int32 else."""
    least = np.abs(bias.astype(np.float64)) / (input_scale * (INT32_MAX // 2))
    return np.maximum(scales, least).astype(np.float32)
