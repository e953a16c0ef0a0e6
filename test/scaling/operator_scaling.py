"""The work of every operator grows with its size, and no faster.

    operator_scaling.py [--filter TEXT] [--cases N] [--list]

Takes ONNX's node tests with free dimensions and repeats their inputs along one
axis, or along all axes of one extent where a single one is not legal, 4 and 16
times. The interpreter (the device null) counts steps and bytes. The step from 4n
to 16n may cost what the step from n to 4n makes likely if the work is linear in
the elements of inputs and outputs. Where several axes grow, some operators have
more to do by definition: JOINTLY.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "conformance"))
import suite  # noqa: E402

import landfall  # noqa: E402

FACTORS = (1, 4, 16)
MOST_ELEMENTS = 3_000  # Of one case at its own size: the rest is interpreted.
MOST_STEPS = 3e7
SLACK = 2.0  # n log n has 1.5; paddings to a power of two.

# What an element of these costs grows with an axis that grows together with others.
JOINTLY = {
    "Conv": "each filter sums over all channels",
    "ConvInteger": "as Conv",
    "DeformConv": "as Conv",
    "Det": "elimination",
    "ai.onnx.preview.FlexAttention": "each query looks at all keys",
}


def grown(value, axes, factor):
    for axis in axes:
        value = np.repeat(value, factor, axis=axis)
    return value


def growths(feeds):
    """Sets of (input, axis) that may grow together: single ones, then all of one extent."""
    single = [(name, axis) for name, value in feeds.items() if isinstance(value, np.ndarray)
              for axis, extent in enumerate(value.shape) if extent]
    extents = {}
    for name, axis in single:
        extents.setdefault(feeds[name].shape[axis], []).append((name, axis))
    yield from ([place] for place in single)
    yield from (places for places in extents.values() if len(places) > 1)


def work(compiled, feeds):
    counters = compiled.profile(feeds, repeat=1)["total"].get("counters")
    if counters is None:  # Nothing was left to compute.
        return 0
    return counters["instructions"] + counters["memory_bytes"] / 4


def elements(values):
    return sum(np.size(value) for value in values if isinstance(value, np.ndarray))


def measure(compiled, feeds, places):
    """Work, and elements read and written, at each size; None if a size is refused."""
    found = []
    for factor in FACTORS:
        inputs = dict(feeds)
        for name in {name for name, _ in places}:
            inputs[name] = grown(feeds[name], [axis for other, axis in places if other == name], factor)
        try:
            outputs = compiled.run(inputs)
            found.append((work(compiled, inputs), elements(inputs.values()) + elements(outputs.values())))
        except landfall.Error:
            return None
        if found[-1][0] > MOST_STEPS:
            break
    return found if len(found) == len(FACTORS) else None


def excess(found):
    """How much faster than the elements the work grows from the second size to the third."""
    (w1, e1), (w4, e4), (w16, e16) = found
    if e4 == e1 or e16 == e4:  # No element more: no step more.
        return w16 / max(w1, 1) if w16 > 2 * w1 + 1000 else 1.0
    return ((w16 - w4) / (e16 - e4)) / max((w4 - w1) / (e4 - e1), 1.0)


def cases(text, count):
    seen = {}
    for case in suite.node_cases():
        operators = tuple(sorted(case.operators()))
        if text not in case.name or "expanded" in case.name:
            continue
        inputs = case.data_sets[0][0]
        if elements(inputs) > MOST_ELEMENTS or seen.get(operators, 0) >= count:
            continue
        model = suite.make_symbolic(case.model)
        if model is None:
            continue
        seen[operators] = seen.get(operators, 0) + 1
        yield case.name, operators, model, inputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--filter", default="")
    parser.add_argument("--cases", type=int, default=3, help="of one operator")
    parser.add_argument("--list", action="store_true", help="print every growth")
    options = parser.parse_args()
    failed, measured, covered = [], 0, set()
    for name, operators, model, inputs in cases(options.filter, options.cases):
        try:
            compiled = landfall.compile(model, "null")
        except landfall.Error:
            continue  # conformance/ judges.
        feeds = dict(zip([value.name for value in compiled.inputs], inputs))
        done = set()
        for places in growths(feeds):
            if len(places) > 1 and done.issuperset(places):
                continue
            found = measure(compiled, feeds, places)
            if found is None:
                continue
            done.update(places)
            measured += 1
            covered.update(operators)
            grows = excess(found)
            if options.list:
                print(f"{name} {places}: {grows:.2f} {[round(w) for w, _ in found]} {[e for _, e in found]}")
            expected = len(places) > 1 and any(operator in JOINTLY for operator in operators)
            if grows > SLACK and not expected:
                failed.append(f"{name} {places}: the work for an element grows {grows:.1f} times from 4n to 16n; "
                              f"steps {[round(w) for w, _ in found]}, elements {[e for _, e in found]}")
    for line in failed:
        print(line)
    print(f"{measured} growths of {len(covered)} operators, {len(failed)} faster than linear")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
