"""How near a result must be to the expected one: by dtype only, stated once."""

import ml_dtypes
import numpy as np

# dtype: (relative to the element, relative to the largest magnitude, absolute).
# The second term is for sums whose parts cancel: an element near zero is only
# as exact as the largest ones that went into it (ONNX Runtime itself is within
# 1e-4 of the largest on deep networks). The third is for outputs that saturate:
# a sigmoid near 0 is as exact as its 1 - x near 1.
TOLERANCES = {
    np.dtype(np.float64): (1e-7, 1e-9, 1e-12),
    np.dtype(np.float32): (1e-3, 1e-4, 1e-6),
    np.dtype(np.float16): (5e-3, 2e-3, 1e-4),
    np.dtype(ml_dtypes.bfloat16): (2e-2, 1e-2, 1e-3),
    np.dtype(np.complex64): (1e-3, 1e-4, 1e-6),
    np.dtype(np.complex128): (1e-7, 1e-9, 1e-12),
}

BLOCK = 1 << 20  # Elements compared at a time.


def differs(expected, actual):
    """Why the values differ, or None if they are near enough."""
    if expected is None or actual is None:
        return None if expected is None and actual is None else f"expected {expected}, got {actual}"
    if isinstance(expected, (list, tuple)):
        if not isinstance(actual, (list, tuple)) or len(expected) != len(actual):
            return f"expected a sequence of {len(expected)}, got {type(actual).__name__}"
        for k, (e, a) in enumerate(zip(expected, actual)):
            if reason := differs(e, a):
                return f"element {k}: {reason}"
        return None
    if isinstance(expected, dict):
        if not isinstance(actual, dict) or set(expected) != set(actual):
            return "expected a map with other keys"
        # Python floats that were float32 in the model (ZipMap's scores).
        as_scores = {k: np.float32(v) for k, v in expected.items()}
        return next((r for k, v in as_scores.items() if (r := differs(v, np.float32(actual[k])))), None)
    return tensor_differs(np.asarray(expected), np.asarray(actual))


def tensor_differs(expected, actual):
    if expected.dtype.kind in "OSUT":
        expected = expected.astype(object)
    if actual.dtype != expected.dtype:
        return f"dtype {actual.dtype}, expected {expected.dtype}"
    if actual.shape != expected.shape:
        return f"shape {actual.shape}, expected {expected.shape}"
    if expected.dtype not in TOLERANCES:
        wrong = np.asarray(actual != expected)
        if expected.dtype.kind == "V" or expected.dtype.itemsize == 1:
            # Narrow floats: NaN differs from itself.
            wrong &= ~((actual != actual) & (expected != expected))
        count = int(np.count_nonzero(wrong))
        return f"{count} of {expected.size} elements differ" if count else None
    return reals_differ(expected.reshape(-1), actual.reshape(-1))


def reals_differ(expected, actual):
    """Of flat arrays of one type; a block at a time, as they may be large."""
    relative, scaled, absolute = TOLERANCES[expected.dtype]
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    starts = range(0, expected.size, BLOCK)
    largest, wrong, error = 0.0, 0, 0.0
    with np.errstate(all="ignore"):
        for start in starts:
            e = expected[start:start + BLOCK].astype(wide)
            largest = max(largest, np.abs(e[np.isfinite(e)]).max(initial=0.0))
        for start in starts:
            e, a = (x[start:start + BLOCK].astype(wide) for x in (expected, actual))
            finite = np.isfinite(e)
            same = (e == a) | (np.isnan(e) & np.isnan(a))
            near = finite & np.isfinite(a) & (np.abs(e - a) <= relative * np.abs(e) + scaled * largest + absolute)
            wrong += int(np.count_nonzero(~(same | near)))
            error = max(error, np.abs(np.where(finite, e - a, 0)).max(initial=0.0))
    if not wrong:
        return None
    return f"{wrong} of {expected.size} elements differ, largest error {error:.3g} (largest value {largest:.3g})"
