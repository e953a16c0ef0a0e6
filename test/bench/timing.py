"""Measures several systems in turns, in one process.

A round runs every system for a burst, after one run that does not count: caches and
thread pools still hold what the other systems left. Load from outside disturbs some
rounds of all; so the figure of a system is its quietest round, beside the median.
"""

import statistics
import time
from dataclasses import dataclass

MOST_RUNS = 5000  # In one burst.
SETTLE_S = 0.01  # Pools of several threads still spin for a moment.


@dataclass(frozen=True)
class Plan:
    rounds: int = 7
    burst_s: float = 0.06


def seconds_of(run, feeds, count):
    start = time.perf_counter()
    for _ in range(count):
        run(feeds)
    return (time.perf_counter() - start) / count


def measure(runs, feeds, plan, threads):
    """{system: {"least_ms", "median_ms", "rounds_ms"}} of {system: run}, which have run
    before on these feeds."""
    counts = {name: max(1, min(MOST_RUNS, int(plan.burst_s / max(seconds_of(run, feeds, 2), 1e-7))))
              for name, run in runs.items()}
    means = {name: [] for name in runs}
    for _ in range(plan.rounds):
        for name, run in runs.items():
            if threads > 1:
                time.sleep(SETTLE_S)
            run(feeds)
            means[name].append(1e3 * seconds_of(run, feeds, counts[name]))
    return {name: {"least_ms": min(values), "median_ms": statistics.median(values), "rounds_ms": values}
            for name, values in means.items()}
