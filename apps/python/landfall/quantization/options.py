"""What a caller may choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .engine import ENGINES
from .failure import failure

MODES = ("static", "dynamic", "int4")
RANGES = ("minmax", "percentile", "mse")


@dataclass
class Options:
    """`landfall.quantize` describes them."""

    mode: str = "static"
    max_error: float | None = None
    sensitivity: bool = False
    only: Sequence[str] = ()
    exclude: Sequence[str] = ()
    ranges: str = "minmax"
    reduce_range: bool = False
    block: int = 32
    contributed: bool = False
    engine: str = "onnxruntime"
    threads: int = 0
    progress: Callable[[str], None] = field(default=lambda line: None)

    def check(self, has_samples: bool) -> None:
        for name, value, allowed in (("mode", self.mode, MODES), ("ranges", self.ranges, RANGES),
                                     ("engine", self.engine, tuple(ENGINES))):
            if value not in allowed:
                raise failure("invalid_argument", f"{name} '{value}' is none of {', '.join(allowed)}")
        if self.block < 16 or self.block & (self.block - 1):
            raise failure("invalid_argument", f"a block of {self.block} rows is not a power of two from 16 on")
        if self.threads < 0:
            raise failure("invalid_argument", f"the number of threads is {self.threads}, below 0")
        if self.max_error is not None and not 0 < self.max_error < float("inf"):
            raise failure("invalid_argument", f"the bound of the error is {self.max_error}; it must be above 0")
        if not has_samples:
            for wish, words in ((self.mode == "static", "static quantisation needs"),
                                (self.max_error is not None, "a bound of the error needs"),
                                (self.sensitivity, "sensitivities need")):
                if wish:
                    raise failure("invalid_argument", f"{words} calibration samples (--calibrate data.npz); "
                                  "modes dynamic and int4 work without")
