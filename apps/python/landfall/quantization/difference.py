"""How far a quantised model's tensors are from the float model's, over all samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


class Difference:
    """Of one tensor. Integers and booleans count as equal or not; reals by

    error: ||quantised - float|| / ||float||, the relative root mean square error;
    cosine: of the angle between them;
    top1: the share of equal positions of the largest element along the last axis.
    """

    def __init__(self) -> None:
        self._squares = self._reference = self._own = self._product = 0.0
        self._same = self._compared = 0
        self._is_real = False
        #: Whether all shapes were equal; if not, nothing else says anything.
        self.is_comparable = True

    def add(self, expected: object, actual: object) -> None:
        if not isinstance(expected, np.ndarray) or not isinstance(actual, np.ndarray) or \
                expected.shape != actual.shape or expected.dtype.kind not in "fiub":
            self.is_comparable = False
        elif expected.dtype.kind == "f":
            self._add_reals(expected.astype(np.float64), actual.astype(np.float64))
        else:
            self._same += int(np.count_nonzero(expected == actual))
            self._compared += expected.size

    def _add_reals(self, expected: np.ndarray, actual: np.ndarray) -> None:
        self._is_real = True
        # What is infinite in both (masks) is equal.
        equal = (expected == actual) & ~np.isfinite(expected)
        expected, actual = np.where(equal, 0, expected), np.where(equal, 0, actual)
        with np.errstate(all="ignore"):
            self._squares += float(np.sum((actual - expected) ** 2))
        self._reference += float(np.sum(expected ** 2))
        self._own += float(np.sum(actual ** 2))
        self._product += float(np.sum(expected * actual))
        if expected.ndim > 1 and expected.shape[-1] > 1:
            self._same += int(np.count_nonzero(expected.argmax(-1) == actual.argmax(-1)))
            self._compared += expected.size // expected.shape[-1]

    @property
    def error(self) -> float | None:
        """None: not comparable."""
        if not self.is_comparable:
            return None
        if not self._is_real:
            return 1 - self._same / self._compared if self._compared else 0.0
        if not np.isfinite(self._squares):
            return float("inf")
        if self._reference == 0:
            return 0.0 if self._squares == 0 else float("inf")
        return float(np.sqrt(self._squares / self._reference))

    @property
    def cosine(self) -> float | None:
        scale = np.sqrt(self._reference * self._own)
        return float(self._product / scale) if self.is_comparable and self._is_real and scale > 0 else None

    @property
    def top1(self) -> float | None:
        return self._same / self._compared if self.is_comparable and self._compared else None


class Differences:
    """Of several tensors, by name."""

    def __init__(self, names) -> None:
        self.of = {name: Difference() for name in names}

    def add(self, expected: Mapping[str, object], actual: Mapping[str, object]) -> None:
        for name, difference in self.of.items():
            difference.add(expected[name], actual[name])

    @property
    def worst(self) -> float | None:
        """The largest error; None if nothing can be compared."""
        errors = [difference.error for difference in self.of.values() if difference.error is not None]
        return max(errors, default=None)
