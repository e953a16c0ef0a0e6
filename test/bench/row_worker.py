"""Measures one row, in a process of its own: a JSON line for each point.

    row_worker.py REQUEST

REQUEST is JSON: {"row", "tiny", "recorded", "systems", "threads", "rounds",
"burst_s", "clock", "points" (numbers; null: all)}. The first line says what loading gave:
{"load_s": {system: seconds}, "problems": {system: why}}.
"""

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance")]

import numpy as np  # noqa: E402
import agreement  # noqa: E402
import table  # noqa: E402
import tolerance  # noqa: E402
import work  # noqa: E402
from systems import JUDGE, OURS, SYSTEMS  # noqa: E402
from timing import Plan, measure  # noqa: E402

FLOAT64_ERROR = 1e-10  # Relative: far above float64's rounding, far below float32's.


def reason(error):
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def load(model, names, threads):
    """{system: run}, {system: seconds}, {system: why it does not load}"""
    runs, seconds, problems = {}, {}, {}
    for name in names:
        start = time.perf_counter()
        try:
            runs[name] = SYSTEMS[name].load(model, threads)
            seconds[name] = time.perf_counter() - start
        except Exception as error:  # Their exceptions have no common base.
            problems[name] = reason(error)
    return runs, seconds, problems


def answers(runs, feeds):
    """{system: outputs} of those that run, {system: why not} of the others."""
    results, problems = {}, {}
    for name, run in runs.items():
        try:
            results[name] = [np.array(value) if isinstance(value, np.ndarray) else value for value in run(feeds)]
        except Exception as error:
            problems[name] = reason(error)
    return results, problems


def largest_difference(expected, actual):
    """Of the elements of real tensors of equal shapes."""
    pairs = [(e, a) for e, a in zip(expected, actual) if isinstance(e, np.ndarray) and isinstance(a, np.ndarray)]
    return max((float(np.max(np.abs(e.astype(np.float64) - a.astype(np.float64)), initial=0))
                for e, a in pairs if e.shape == a.shape and e.dtype.kind in "fiu"), default=None)


def judge(results, truth=None):
    """What is wrong with our answer, and how far it is from the judge's; or, of a quantised
    model, from `truth`, the float model's."""
    if OURS not in results or JUDGE not in results:
        return {}
    if truth is not None:
        return agreement.judged(truth, results[OURS], results[JUDGE])
    why = tolerance.differs(results[JUDGE], results[OURS])
    return {"difference": largest_difference(results[JUDGE], results[OURS]), **({"wrong": why} if why else {})}


def narrower(results):
    """The systems whose float64 results are as far from the judge's as float32 is."""
    def is_narrow(expected, actual):
        pairs = [(e, a) for e, a in zip(expected, actual)
                 if isinstance(e, np.ndarray) and e.dtype == np.float64 and e.shape == np.shape(a) and e.size]
        return any(np.max(np.abs(e - a)) > FLOAT64_ERROR * np.max(np.abs(e)) for e, a in pairs)
    judges = results.get(JUDGE, [])
    return [name for name, outputs in results.items() if name != JUDGE and is_narrow(judges, outputs)]


def macs_of(counter, feeds):
    try:
        return counter.multiply_adds(feeds) if counter else None
    except Exception:  # A shape that an operator's count does not expect.
        return None


def point(row, number, runs, request, counter, weights, truth=None):
    feeds = row.feeds(number)
    results, problems = answers(runs, feeds)
    able = {name: run for name, run in runs.items() if name in results}
    timed = {name: run for name, run in able.items() if name in request["systems"]}
    plan = Plan(request["rounds"], request["burst_s"], request["clock"])
    outputs = results.get(JUDGE) or results.get(OURS) or []
    expected = truth(feeds) if truth else None
    return {"number": number, "label": row.labels()[number], "macs": macs_of(counter, feeds),
            "bytes": weights + work.value_bytes(feeds.values()) + work.value_bytes(outputs),
            "times": measure(timed, feeds, plan, request["threads"]),
            "problems": problems, "narrower": narrower(results), **judge(results, expected)}


def truth_of(row, threads):
    """Runs the float model of a quantised row; None for others."""
    return SYSTEMS[JUDGE].load(row.float_model, threads) if hasattr(row, "float_model") else None


def main():
    request = json.loads(sys.argv[1])
    row = table.find(request["row"], request["tiny"], request["recorded"])
    model = row.model()
    counter, weights = work.counter_of(model), work.weight_bytes(model)
    names = list(dict.fromkeys([*request["systems"], *([JUDGE] if OURS in request["systems"] else [])]))
    runs, seconds, problems = load(model, names, request["threads"])
    truth = truth_of(row, request["threads"]) if OURS in request["systems"] else None
    print(json.dumps({"load_s": seconds, "problems": problems}), flush=True)
    for number in range(len(row.labels())):
        if request["points"] is None or number in request["points"]:
            print(json.dumps(point(row, number, runs, request, counter, weights, truth)), flush=True)


if __name__ == "__main__":
    main()
