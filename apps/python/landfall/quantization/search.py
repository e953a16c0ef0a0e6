"""Sensitivities of layers, and which layers stay float under a bound of the error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .difference import Differences
from .layers import Layer
from .samples import Sample
from .simulation import Simulation

#: Sensitivities are measured on this many samples, spread evenly over all.
SENSITIVITY_SAMPLES = 4


def spread(samples: Sequence[Sample], count: int) -> list[int]:
    """Indices of `count` of them, spread evenly."""
    return sorted({len(samples) * k // count for k in range(min(count, len(samples)))}) if samples else []


def simulated_error(simulation: Simulation, samples: Sequence[Sample], truths: Sequence[dict],
                    nodes: Collection[str]) -> float:
    """Of the model's worst output, with these layers quantised; infinite if none is comparable."""
    differences = Differences(truths[0])
    for sample, truth in zip(samples, truths):
        differences.add(truth, simulation.run(sample, nodes))
    worst = differences.worst
    return float("inf") if worst is None else worst


def sensitivities(simulation: Simulation, samples: Sequence[Sample], truths: Sequence[dict],
                  progress: Callable[[int, int], None]) -> dict[str, float]:
    """{node: the error of the model's worst output with that layer alone quantised}"""
    found = {}
    for k, layer in enumerate(simulation.layers):
        progress(k, len(simulation.layers))
        found[layer.node] = simulated_error(simulation, samples, truths, {layer.node})
    return found


class MixedPrecision:
    """Layers that hurt most stay float: the fewest, in the order of sensitivity, with which
    `error_of(quantised layers)` is at most the bound."""

    def __init__(self, layers: Sequence[Layer], found: dict[str, float]) -> None:
        #: The least sensitive first.
        self.layers = sorted(layers, key=lambda layer: found[layer.node])

    def largest(self, error_of: Callable[[Sequence[Layer]], float], bound: float) -> int:
        """How many of `layers` can be quantised: by bisection, since more layers have a larger
        error but for noise."""
        low, high = 0, len(self.layers)
        if error_of(self.layers[:high]) <= bound:
            return high
        while high - low > 1:
            middle = (low + high) // 2
            if error_of(self.layers[:middle]) <= bound:
                low = middle
            else:
                high = middle
        return low
