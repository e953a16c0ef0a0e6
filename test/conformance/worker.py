"""Runs conformance cases on request: one line in, one JSON line out.

Each worker is a process of its own, so that a crash or a hang of one case
costs only that case.
"""

import json
import sys
import time

import suite
import tolerance


def run_model(landfall, model, case, target):
    """Compiles and runs every data set; why it failed, or None."""
    compiled = landfall.compile(model, target=target, directory=case.directory)
    for number, (inputs, expected) in enumerate(case.data_sets):
        names = [value.name for value in compiled.inputs]
        results = compiled.run(dict(zip(names, inputs)))
        for value, want in zip(compiled.outputs, expected):
            if reason := tolerance.differs(want, results[value.name]):
                return f"data set {number}, output '{value.name}': {reason}"
    return None


def attempt(landfall, model, case, target):
    try:
        return run_model(landfall, model, case, target)
    except landfall.Error as error:
        return str(error)


def main():
    target = sys.argv[1]
    import landfall

    cases = {case.name: case for case in suite.all_cases(target)}
    print(json.dumps({"ready": len(cases)}), flush=True)
    for line in sys.stdin:
        case = cases[line.strip()]
        start = time.perf_counter()
        answer = {"failure": attempt(landfall, case.model, case, target)}
        answer["ms"] = (time.perf_counter() - start) * 1e3
        if answer["failure"] is None:
            symbolic = suite.make_symbolic(case.model)
            if symbolic is not None:
                answer["symbolic"] = attempt(landfall, symbolic, case, target)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
