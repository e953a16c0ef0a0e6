"""Random nodes: what the files of cases draw from, and what they give back."""

from dataclasses import dataclass, field

import numpy as np

OPERATORS = {}  # By name: the function that draws one of its nodes.


@dataclass
class Case:
    """One node. Operands that are None are absent."""

    operator: str
    operands: list
    attributes: dict = field(default_factory=dict)
    outputs: int = 1
    unspecified: tuple = ()  # Outputs that are not asked for.
    constants: tuple = ()  # Operands that must be initializers, by position.
    sparse: tuple = ()  # Of the constants, those that are given as sparse tensors.
    domain: str = "com.microsoft"
    opset: int = 21  # Of the default domain.
    steps: int = 0  # How far an integer result may be from the expected one.
    scale: float = 1  # How many times the tolerance of its type a result may differ.
    expected: object = None  # Without a kernel in ONNX Runtime: the results, or a function that gives them.
    select: object = None  # Of a list of results: those parts that are specified.


def operator(*names):
    """Registers a function of a Draw and the operator's name."""
    def register(function):
        for name in names:
            OPERATORS[name] = function
        return function
    return register


class Draw:
    """A source of random operands and attributes; equal numbers give equal draws."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def flag(self, probability=0.5):
        return bool(self.rng.random() < probability)

    def choice(self, *values):
        return values[self.rng.integers(len(values))]

    def extent(self, least=1, most=6):
        return int(self.rng.integers(least, most + 1))

    def shape(self, least=1, most=4, largest=5):
        return [self.extent(1, largest) for _ in range(self.extent(least, most))]

    def broadcast(self, shape):
        """A shape that broadcasts to `shape`: some extents 1, some missing at the front."""
        kept = shape[self.extent(0, len(shape)):] if self.flag(0.3) else shape
        return [1 if self.flag(0.3) else extent for extent in kept]

    def reals(self, shape, scale=1.0, dtype=np.float32):
        return np.asarray(self.rng.standard_normal(shape) * scale).astype(dtype)

    def positive(self, shape=(), least=0.02, most=0.2):
        return self.rng.uniform(least, most, shape).astype(np.float32)

    def ints(self, low, high, shape=(), dtype=np.int64):
        """Integers from low to high, both included."""
        return np.asarray(self.rng.integers(low, high + 1, shape)).astype(dtype)

    def bytes(self, shape, dtype=np.uint8):
        limits = np.iinfo(dtype)
        return self.ints(limits.min, limits.max, shape, dtype)

    def permutation(self, count):
        return [int(k) for k in self.rng.permutation(count)]

    def maybe(self, value, probability=0.5):
        return value if self.flag(probability) else None
