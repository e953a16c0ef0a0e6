"""Runs conformance cases on request: one line in, one JSON line out.

Each worker is a process of its own, so that a crash or a hang of one case
costs only that case.
"""

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import suite
import tolerance


def run_data_sets(compiled, case):
    for number, (inputs, expected) in enumerate(case.data_sets):
        names = [value.name for value in compiled.inputs]
        results = compiled.run(dict(zip(names, inputs)))
        for value, want in zip(compiled.outputs, expected):
            if reason := tolerance.differs(want, results[value.name]):
                return f"data set {number}, output '{value.name}': {reason}"
    return None


def run_model(landfall, model, case, target, devices, native):
    """Compiles once and runs every data set on each device; why it failed, or
    None."""
    compiled = landfall.compile(model, device=target, directory=case.directory, require_target=native)
    if not devices:
        return run_data_sets(compiled, case)
    with tempfile.TemporaryDirectory() as folder:
        artefact = str(Path(folder) / "case.lfm")
        compiled.save(artefact)
        for device in devices:
            if reason := run_data_sets(landfall.load(artefact, device=device), case):
                return f"on {device}: {reason}"
    return None


def attempt(landfall, model, case, target, devices, native):
    try:
        return run_model(landfall, model, case, target, devices, native)
    except landfall.Error as error:
        return str(error)


def main():
    target, devices = sys.argv[1], sys.argv[2:]
    native = devices[:1] != ["--fallback"]
    if not native:
        del devices[0]
        warnings.simplefilter("ignore")  # Each case would say that its kernels fall back.
    import landfall

    cases = {case.name: case for case in suite.all_cases(target)}
    print(json.dumps({"ready": len(cases)}), flush=True)
    for line in sys.stdin:
        case = cases[line.strip()]
        start = time.perf_counter()
        answer = {"failure": attempt(landfall, case.model, case, target, devices, native)}
        answer["ms"] = (time.perf_counter() - start) * 1e3
        if answer["failure"] is None:
            symbolic = suite.make_symbolic(case.model)
            if symbolic is not None:
                # One device will do: the artefact is the same for all.
                answer["symbolic"] = attempt(landfall, symbolic, case, target, devices[-1:], native)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
