"""How well a quantised model's results agree with its float model's."""

import numpy as np

# Ours may be this much farther from the float model than the judge's result: rounding is
# by chance, and chance differs.
FACTOR, TERM = 1.25, 0.01


def agreement(expected, actual):
    """{"error": ||actual - expected|| / ||expected||, "cosine", "top1": the share of equal
    positions of the largest element along the last axis}, over all real outputs."""
    squares = reference = own = product = 0.0
    same = count = 0
    for e, a in zip(expected, actual):
        if not isinstance(e, np.ndarray) or e.dtype.kind != "f":
            continue
        e, a = e.astype(np.float64), np.asarray(a, np.float64)
        if e.shape != a.shape:
            return {"error": float("inf"), "cosine": 0.0, "top1": 0.0}
        squares, reference = squares + np.sum((a - e) ** 2), reference + np.sum(e ** 2)
        own, product = own + np.sum(a ** 2), product + np.sum(a * e)
        if e.ndim > 1 and e.size:
            same += int(np.count_nonzero(e.argmax(-1) == a.argmax(-1)))
            count += e.size // e.shape[-1]
    return {"error": float(np.sqrt(squares / max(reference, 1e-30))),
            "cosine": float(product / max(np.sqrt(reference * own), 1e-30)), "top1": same / count if count else 1.0}


def judged(truth, ours, judges):
    """What a point says of it: both agreements, and what is wrong with ours."""
    found = {"agreement": {"landfall": agreement(truth, ours), "onnxruntime": agreement(truth, judges)}}
    mine, theirs = (found["agreement"][name]["error"] for name in ("landfall", "onnxruntime"))
    if not mine <= FACTOR * theirs + TERM:
        found["wrong"] = f"the error beside the float model is {mine:.3g}, ONNX Runtime's {theirs:.3g}"
    return found
