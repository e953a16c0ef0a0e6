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


def left_out(case, variants):
    """Why a case cannot run on other kinds of processors, or None."""
    values = [value for data_set in case.data_sets for side in data_set for value in side]
    if not all(isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "OUS" for value in values):
        return "values that are no tensors of numbers"
    lacking = (hosts.lacks(variant, case.operators()) for variant in variants)
    return next(filter(None, lacking), None)


def run_emulated(runner, artefact, names, case):
    """As run_data_sets, on another kind of processor."""
    for number, (inputs, expected) in enumerate(case.data_sets):
        try:
            results = runner.run(artefact, [np.asarray(value) for value in inputs])
        except RuntimeError as error:
            return str(error)
        for name, want, result in zip(names, expected, results):
            if reason := tolerance.differs(want, result):
                return f"data set {number}, output '{name}': {reason}"
    return None


def run_on_hosts(landfall, model, case, runners):
    """Compiles once for all processors: {variant: why it failed, or None}."""
    variants = [runner.variant for runner in runners]
    try:
        package = landfall.compile_package(model, directory=case.directory, variants=variants)
    except landfall.Error as error:
        return dict.fromkeys(variants, str(error))
    names = [value.name for value in model.graph.output]
    with tempfile.TemporaryDirectory() as folder:
        artefact = Path(folder) / "case.lfm"
        artefact.write_bytes(package)
        return {runner.variant: run_emulated(runner, artefact, names, case) for runner in runners}


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


def attempt(landfall, *arguments):
    try:
        return run_model(landfall, *arguments)
    except (landfall.Error, RuntimeError) as error:
        return str(error)


def on_target(landfall, case, target, devices, native):
    """{"failure": why it failed, or None, "symbolic": the same with symbolic
    dimensions, if it has any and did not fail before}."""
    answer = {"failure": attempt(landfall, case.model, case, target, devices, native)}
    if answer["failure"] is None:
        symbolic = suite.make_symbolic(case.model)
        if symbolic is not None:
            # One device will do: the artefact is the same for all.
            answer["symbolic"] = attempt(landfall, symbolic, case, target, devices[-1:], native)
    return answer


def on_hosts(landfall, case, runners):
    """{"hosts": {variant: as on_target}} or {"left_out": why}."""
    if reason := left_out(case, [runner.variant for runner in runners]):
        return {"left_out": reason}
    answers = {variant: {"failure": failure}
               for variant, failure in run_on_hosts(landfall, case.model, case, runners).items()}
    able = [runner for runner in runners if answers[runner.variant]["failure"] is None]
    symbolic = suite.make_symbolic(case.model) if able else None
    if symbolic is not None:
        for variant, failure in run_on_hosts(landfall, symbolic, case, able).items():
            answers[variant]["symbolic"] = failure
    return {"hosts": answers}


def main():
    target, devices, runners = sys.argv[1], sys.argv[2:], []
    if devices[:1] == ["--hosts"]:
        runners = [hosts.Runner(variant) for variant in devices[1:]]
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
        answer = on_hosts(landfall, case, runners) if runners else on_target(landfall, case, target, devices, native)
        answer["ms"] = (time.perf_counter() - start) * 1e3
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
