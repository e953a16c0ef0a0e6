"""Ranges of activations over the calibration samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .engine import Run
from .failure import failure
from .samples import Sample

BINS = 4096
#: "percentile": what lies outside, on both sides together, in shares of all elements.
OUTSIDE = 1e-4
#: "mse": parts of the full range that are tried.
SHARES = np.linspace(0.3, 1, 36)

Ranges = dict[str, tuple[float, float]]


def measure_ranges(run: Run, samples: Sequence[Sample], tensors: Sequence[str], method: str,
                   file: str | None) -> Ranges:
    """`run` gives the tensors. "minmax": all that occurs; "percentile": without rare outliers;
    "mse": the smallest mean square error."""
    ranges: Ranges = {}
    for k, sample in enumerate(samples):
        values = run(sample)
        for name in tensors:
            ranges[name] = _widened(ranges.get(name), values[name], name, k, file)
    if method != "minmax":
        histograms = {name: np.zeros(BINS, np.int64) for name in tensors}
        for sample in samples:
            values = run(sample)
            for name in tensors:
                histograms[name] += np.histogram(values[name], BINS, ranges[name])[0]
        narrowed = {"percentile": _percentile, "mse": _least_error}[method]
        ranges = {name: narrowed(histograms[name], *ranges[name]) for name in tensors}
    return ranges


def mean_squares(run: Run, samples: Sequence[Sample], tensors: Sequence[str]) -> dict[str, np.ndarray]:
    """{tensor: the mean square of each of its last axis' features}"""
    sums: dict[str, np.ndarray] = {}
    counts = dict.fromkeys(tensors, 0)
    for sample in samples:
        values = run(sample)
        for name in tensors:
            rows = values[name].reshape(-1, values[name].shape[-1]).astype(np.float64)
            sums[name] = sums.get(name, 0) + (rows ** 2).sum(0)
            counts[name] += len(rows)
    # Features that no sample has still count a little.
    return {name: (found / max(1, counts[name]) + 1e-6 * found.mean() / max(1, counts[name]) + 1e-30).astype(np.float32)
            for name, found in sums.items()}


def _widened(found: tuple[float, float] | None, values: np.ndarray, name: str, k: int,
             file: str | None) -> tuple[float, float]:
    if values.size == 0:
        return found or (0.0, 0.0)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low) or not np.isfinite(high):
        what = "NaN" if np.isnan(low) or np.isnan(high) else "infinite"
        raise failure("run_failed", f"the tensor '{name}' has {what} elements in calibration sample {k}; "
                      "leave out the layers that read it (--exclude), or calibrate with other data", file=file)
    return (low, high) if found is None else (min(low, found[0]), max(high, found[1]))


def _centers(low: float, high: float) -> np.ndarray:
    return low + (np.arange(BINS) + 0.5) * ((high - low) / BINS)


def _percentile(histogram: np.ndarray, low: float, high: float) -> tuple[float, float]:
    shares = np.cumsum(histogram) / max(1, histogram.sum())
    edges = np.linspace(low, high, BINS + 1)
    first = int(np.searchsorted(shares, OUTSIDE / 2))
    last = int(np.searchsorted(shares, 1 - OUTSIDE / 2))
    return float(edges[first]), float(edges[min(last, BINS - 1) + 1])


def _least_error(histogram: np.ndarray, low: float, high: float) -> tuple[float, float]:
    centers = _centers(low, high)
    best, found = np.inf, (low, high)
    for share in SHARES:
        bottom, top = min(low, 0) * share, max(high, 0) * share
        step = (top - bottom) / 255
        if step <= 0:
            continue
        # Rounding errors of what is inside are uniform: step^2 / 12.
        outside = np.maximum(centers - top, 0) + np.maximum(bottom - centers, 0)
        error = float(histogram @ np.where(outside > 0, outside ** 2, step ** 2 / 12))
        if error < best:
            best, found = error, (bottom, top)
    return found
