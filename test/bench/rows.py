"""What is measured: a row is one model, run at one or more points (sets of sizes)."""

from dataclasses import dataclass
from typing import Callable
from zlib import crc32

import numpy as np
from graph import Graph


@dataclass(frozen=True)
class Input:
    """`dims`: numbers and names of free dimensions, as "n 64 h w". Reals are normal,
    integers uniform in [0, high), booleans both."""

    dims: str
    dtype: str = "float32"
    high: int = 2
    ones: bool = False

    def symbols(self):
        return [int(dim) if dim.isdigit() else dim for dim in self.dims.split()]

    def value(self, sizes, random):
        shape = [sizes.get(dim, dim) for dim in self.symbols()]
        dtype = np.dtype(self.dtype)
        if self.ones:
            return np.ones(shape, dtype)
        if dtype.kind == "f":
            return random.standard_normal(shape, np.float32).astype(dtype)
        return random.integers(0, self.high, shape).astype(dtype)


@dataclass(frozen=True)
class Row:
    """`body(graph)` adds nodes that read the inputs by their names and gives the
    outputs: one name or several. `points` are {free dimension: extent}, in the order
    that a plot shows them. One model serves all points, in every system."""

    name: str
    family: str
    inputs: dict[str, Input]
    body: Callable[[Graph], object]
    points: list[dict[str, int]]
    kind: str = "model"
    opset: int = 17

    def model(self):
        graph = Graph(self.name, self.opset)
        for name, value in self.inputs.items():
            graph.input(name, value.symbols(), value.dtype)
        results = self.body(graph)
        for k, result in enumerate([results] if isinstance(results, str) else results):
            graph.output(f"y{k}", result)
        return graph.model()

    def labels(self):
        return [label(point) for point in self.points]

    def feeds(self, number):
        sizes = self.points[number]
        random = np.random.default_rng(crc32(f"{self.name} {label(sizes)}".encode()))
        return {name: value.value(sizes, random) for name, value in self.inputs.items()}


def label(sizes):
    """As "n=1 h=224 w=224"; "fixed" if nothing is free."""
    return " ".join(f"{name}={size}" for name, size in sizes.items()) or "fixed"


def points(names, *sizes):
    """`names` as "n h w", each of `sizes` as many numbers."""
    return [dict(zip(names.split(), [size] if isinstance(size, int) else size, strict=True)) for size in sizes]


def images(*sizes):
    """Of (batch, height, width); without any, from 96x96 to 1280x720, odd and prime."""
    standard = [(1, 96, 96), (1, 97, 101), (1, 224, 224), (8, 224, 224), (1, 333, 517), (1, 720, 1280)]
    return points("n h w", *(sizes or standard))
