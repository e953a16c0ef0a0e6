"""Inputs that do not fit each other, through every operator.

    misfits.py [--filter TEXT] [--jobs 2]

Each node test with symbolic dimensions runs on the null device, whose
interpreter checks every access, again and again with one extent of one input
changed, or one integer far out of range. A run may give results (the operator
allows it) or an error that says what is wrong with the input; an access outside
an operand would be an `internal` error, and that fails the test.
"""

import argparse
import os
import subprocess
import sys
import time

import numpy as np

import suite

MOST_ELEMENTS = 5_000  # Of one input: larger cases say nothing more.
CASES_AN_OPERATOR = 6
LEGAL = {"invalid_model", "invalid_argument", "unsupported", "run_failed", "out_of_memory"}


def resized(value, axis, extent):
    """The array with this extent, elements repeated."""
    if extent and value.shape[axis]:
        return np.take(value, np.arange(extent) % value.shape[axis], axis=axis)
    return np.zeros(value.shape[:axis] + (extent,) + value.shape[axis + 1:], value.dtype)


def variations(value):
    """(what was changed, array)"""
    if not isinstance(value, np.ndarray):
        return
    for axis, extent in enumerate(value.shape):
        for other in sorted({0, 1, extent - 1, extent + 1} - {extent, -1}):
            yield f"axis {axis}: {extent} -> {other}", resized(value, axis, other)
    if value.dtype.kind in "iu" and value.dtype.itemsize >= 4 and value.size:
        for element in (-1000, -1, 1000):
            copy = value.copy()
            copy.flat[0] = element if value.dtype.kind == "i" else abs(element)
            yield f"first element: {element}", copy


def check_case(landfall, case):
    """Complaints about one case."""
    model = suite.make_symbolic(case.model) or case.model
    try:
        compiled = landfall.compile(model, device="null", directory=case.directory)
    except landfall.Error as error:
        if error.code == "internal":
            yield f"compiling: {error}"
        return
    names = [value.name for value in compiled.inputs]
    inputs = dict(zip(names, case.data_sets[0][0]))
    if any(getattr(value, "size", 0) > MOST_ELEMENTS for value in inputs.values()):
        return
    for name, value in inputs.items():
        for change, other in variations(value):
            try:
                compiled.run({**inputs, name: other})
            except landfall.Error as error:
                if error.code not in LEGAL:
                    yield f"input '{name}', {change}: {error.code}: {error}"


def check_part(part, parts, text):
    import landfall

    seen = {}
    count = failed = 0
    for number, case in enumerate(suite.node_cases()):
        operator = case.model.graph.node[-1].op_type
        if text not in case.name or number % parts != part or "training" in case.name:
            continue
        seen[operator] = seen.get(operator, 0) + 1
        if seen[operator] > CASES_AN_OPERATOR:
            continue
        count += 1
        for complaint in list(check_case(landfall, case))[:3]:
            print(f"FAILED {case.name}: {complaint[:400]}", flush=True)
            failed += 1
    print(f"part {part}: {count} cases, {failed} complaints")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part is not None:
        return check_part(options.part, options.jobs, options.filter)
    start = time.time()
    running = [subprocess.Popen([sys.executable, __file__, "--filter", options.filter, "--jobs", str(options.jobs),
                                 "--part", str(part)], env=os.environ) for part in range(options.jobs)]
    codes = [process.wait() for process in running]
    print(f"{time.time() - start:.0f} s")
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
