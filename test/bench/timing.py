"""Measures several systems in turns, in one process.

A round runs every system for a burst, after one run that does not count: caches and
thread pools still hold what the other systems left. Load from outside only adds time,
and disturbs short bursts seldom; so there are many short rounds, and the figure of a
system is its quietest one, beside the median.
"""

import statistics
import time
from dataclasses import dataclass

MOST_RUNS = 5000  # In one burst.
SETTLE_S = 0.01  # Pools of several threads still spin for a moment.
LONG_RUN_S = 0.1  # What others left in the caches does not matter to such a run.
LEAST_ROUNDS, MOST_S = 5, 20.0  # No round begins after so many rounds and seconds.


@dataclass(frozen=True)
class Plan:
    rounds: int = 15
    burst_s: float = 0.02
    clock: str = "elapsed"


# Processor time of all threads of the process leaves out what other processes take from
# it: for one thread, on a machine that is never quiet.
CLOCKS = {"elapsed": time.perf_counter, "processor": time.process_time}


def seconds_of(run, feeds, count, clock):
    start = clock()
    for _ in range(count):
        run(feeds)
    return (clock() - start) / count


def measure(runs, feeds, plan, threads):
    """{system: {"least_ms", "median_ms", "rounds_ms"}} of {system: run}, which have run
    before on these feeds."""
    clock = CLOCKS[plan.clock]
    single = {name: seconds_of(run, feeds, 1, clock) for name, run in runs.items()}
    means = {name: [] for name in runs}
    start = time.monotonic()
    for number in range(plan.rounds):
        if number >= LEAST_ROUNDS and time.monotonic() - start > MOST_S:
            break
        for name, run in runs.items():
            if threads > 1:
                time.sleep(SETTLE_S)
            if single[name] < LONG_RUN_S:
                run(feeds)
            count = max(1, min(MOST_RUNS, int(plan.burst_s / max(single[name], 1e-7))))
            means[name].append(1e3 * seconds_of(run, feeds, count, clock))
    return {name: {"least_ms": min(values), "median_ms": statistics.median(values), "rounds_ms": values}
            for name, values in means.items()}
