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

import numpy as np
import suite
import tolerance

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "hosts"))
import hosts  # noqa: E402


def run_emulated(runner, compiled, case):
    """As run_data_sets, on another kind of processor; LookupError: the runner
    passes tensors of numbers alone."""
    values = [value for data_set in case.data_sets for side in data_set for value in side]
    if not all(isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "OUS" for value in values):
        raise LookupError
    with tempfile.TemporaryDirectory() as folder:
        artefact = str(Path(folder) / "case.lfm")
        compiled.save(artefact)
        for number, (inputs, expected) in enumerate(case.data_sets):
            results = runner.run(artefact, [np.asarray(value) for value in inputs])
            for value, want, result in zip(compiled.outputs, expected, results):
                if reason := tolerance.differs(want, result):
                    return f"data set {number}, output '{value.name}': {reason}"
    return None


def run_data_sets(compiled, case):
    for number, (inputs, expected) in enumerate(case.data_sets):
        names = [value.name for value in compiled.inputs]
        results = compiled.run(dict(zip(names, inputs)))
        for value, want in zip(compiled.outputs, expected):
            if reason := tolerance.differs(want, results[value.name]):
                return f"data set {number}, output '{value.name}': {reason}"
    return None


def run_model(landfall, model, case, target, devices, native, runner):
    """Compiles once and runs every data set on each device; why it failed, or
    None."""
    if runner:
        variants = ["native", runner.variant]
        compiled = landfall.compile(model, device=target, directory=case.directory, variants=variants)
        return run_emulated(runner, compiled, case)
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


def attempt(landfall, *arguments):
    try:
        return run_model(landfall, *arguments)
    except (landfall.Error, RuntimeError) as error:
        return str(error)


def main():
    target, devices, runner = sys.argv[1], sys.argv[2:], None
    if devices[:1] == ["--host"]:
        runner = hosts.Runner(devices[1])
        devices = []
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
        try:
            answer = {"failure": attempt(landfall, case.model, case, target, devices, native, runner)}
        except LookupError:
            answer = {"failure": None, "left_out": True}
        answer["ms"] = (time.perf_counter() - start) * 1e3
        if answer["failure"] is None and "left_out" not in answer:
            symbolic = suite.make_symbolic(case.model)
            if symbolic is not None:
                # One device will do: the artefact is the same for all.
                answer["symbolic"] = attempt(landfall, symbolic, case, target, devices[-1:], native, runner)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
