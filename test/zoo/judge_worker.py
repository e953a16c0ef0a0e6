"""Judges exported files on request: one JSON line in, one out.

    judge_worker.py TARGET

In: {"path": of a .onnx file, with its .json beside it}. Out: {"status", "reason",
"nodes", "shapes", "compile_s", "run_ms", "rival_ms", "as_a_whole"}. Compiles once,
runs at every shape that the file's fixed extents allow, compares with ONNX Runtime.
"""

import json
import re
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance"), str(HERE.parent / "fuzz")]

import judgement  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import tolerance  # noqa: E402
from answers import serve  # noqa: E402
from feeds import feeds, shape_of  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402
from rival import session_of  # noqa: E402

# Slow: so many times as slow as ONNX Runtime, and long enough to be measured. What is
# simulated, or interpreted, takes as long as it takes.
TIMED_TARGETS = {"cpu"}
TIMES_SLOWER, MEASURABLE_MS = 10, 5
SLOW_COMPILE_S = 60
RUN_SECONDS = 0.05  # Processor time for each shape, on each side.


def node_count(graph):
    return sum(1 + sum(node_count(a.g) for a in node.attribute if a.HasField("g")) for node in graph.node)


def fits(description, sizes, graph):
    """Whether the extents are what the file's inputs allow."""
    for value in graph.input:
        if value.name not in description:
            continue
        dims = value.type.tensor_type.shape.dim
        for dim, extent in zip(dims, shape_of(description[value.name]["dims"], sizes)):
            if dim.HasField("dim_value") and dim.dim_value != extent:
                return False
    return True


def form_of(model, description):
    if description["form"].endswith(("int8", "int4")):
        return "int"
    types = {tensor.data_type for tensor in model.graph.initializer}
    if onnx.TensorProto.BFLOAT16 in types:
        return "bf16"
    return "fp16" if onnx.TensorProto.FLOAT16 in types else ""


def fastest_ms(run):
    """The best of some runs in processor time, which other processes do not change;
    also its result."""
    best, began = float("inf"), time.process_time()
    while True:
        start = time.process_time()
        result = run()
        now = time.process_time()
        best = min(best, (now - start) * 1e3)
        if now - began > RUN_SECONDS:
            return best, result


def one_line(error):
    """Without the folder that the models are in."""
    return re.sub(r"/\S*/zoo/models/", "", " ".join(str(error).split()))[:500]


class Case:
    """A file, its description, and ONNX Runtime's sessions."""

    def __init__(self, path):
        self.path = Path(path)
        self.description = json.loads(self.path.with_suffix(".json").read_text())
        self.model = onnx.load(path)
        self.form = form_of(self.model, self.description)
        self.seed = self.description["seed"]
        self.names = [value.name for value in self.model.graph.input]
        self.bf16 = self.form == "bf16"

    def rivals(self):
        """Sessions for the file and, if it is quantised, for what it was made from."""
        model = judgement.widened(self.model) if self.bf16 else self.model
        # Quantised nets as the file says: fused integer kernels round differently.
        self.session = session_of(model, optimized=self.form != "int")
        self.plain = None
        if self.form == "int":
            self.plain = session_of(onnx.load(self.path.with_name(self.description["source"])))

    def shapes(self):
        return [sizes for sizes in self.description["shapes"]
                if fits(self.description["inputs"], sizes, self.model.graph)]

    def feeds(self, sizes):
        """For landfall; and for the rival, which reads bfloat16 as float32."""
        made = feeds(self.description["inputs"], sizes, self.seed)
        types = {v.name: v.type.tensor_type.elem_type for v in self.model.graph.input}
        made = {name: array for name, array in made.items() if name in types}
        ours = {name: array if array.dtype == object else
                array.astype(onnx.helper.tensor_dtype_to_np_dtype(types[name])) for name, array in made.items()}
        theirs = {name: array.astype(np.float32) for name, array in ours.items()} if self.bf16 else ours
        if self.bf16:
            theirs = {name: made[name] if made[name].dtype != np.float32 else array for name, array in theirs.items()}
        return ours, theirs

    def is_as_uncertain(self, outputs, wanted, inputs):
        """Whether ONNX Runtime differs from itself as much, with and without its fused kernels
        for quantised operators: roundings that fall the other way become steps of the result."""
        if self.form != "int":
            return False
        again = session_of(self.model, optimized=True).run(None, inputs)
        pairs = zip(self.session.get_outputs(), wanted, again)
        return all(judgement.rms(outputs[value.name] - want) <= judgement.rms(other - want)
                   for value, want, other in pairs)

    def wrong(self, outputs, wanted, plain):
        """(why, whether some output was judged as a whole)."""
        whole = False
        for k, (value, want) in enumerate(zip(self.session.get_outputs(), wanted)):
            got = outputs[value.name]
            if self.bf16 and got is not None and str(got.dtype) == "bfloat16":
                got = got.astype(np.float32)
            why, how = judgement.reason(want, got, self.form, plain[k] if plain else None)
            if why:
                return f"output '{value.name}': {why}", whole
            whole |= bool(how)
        return None, whole


def judge(path, target):
    import landfall

    case = Case(path)
    result = {"status": "ok", "reason": "", "nodes": node_count(case.model.graph), "shapes": 0, "as_a_whole": False}
    try:
        case.rivals()
    except Exception as error:  # It has no one type of its own.
        result.update(status="no judge", reason=one_line(error))
    start = time.process_time()
    try:
        model = landfall.compile(path, device=target, threads=1)
    except landfall.Error as error:
        if result["status"] == "no judge":
            return {**result, "reason": f"{result['reason']} (Landfall: {one_line(error)})"}
        status = "refused" if rival_runs(case) else "no judge"
        return {**result, "status": status, "reason": one_line(error)}
    result["compile_s"] = round(time.process_time() - start, 2)
    if result["status"] == "ok":
        compare(landfall, case, model, result, target in TIMED_TARGETS)
    if result["status"] == "ok" and result["compile_s"] > SLOW_COMPILE_S:
        result.update(status="slow", reason=f"compiling takes {result['compile_s']} s")
    return result


def rival_runs(case):
    """Whether ONNX Runtime runs the file at any shape."""
    for sizes in case.shapes():
        try:
            case.session.run(None, case.feeds(sizes)[1])
            return True
        except Exception:  # It has no one type of its own.
            continue
    return False


def outcome(landfall, model, inputs):
    """What landfall does where ONNX Runtime fails: it may fail too, but not crash."""
    try:
        model.run(inputs)
        return "runs"
    except landfall.Error as error:
        return one_line(error)


def reference_agrees(case, inputs, outputs):
    """Whether ONNX's reference evaluator gives what landfall gives: ONNX Runtime
    reads some operators in its own way."""
    if case.form:
        return False
    try:
        evaluator = ReferenceEvaluator(case.model)
        wanted = dict(zip(evaluator.output_names, evaluator.run(None, inputs)))
    except Exception:  # It lacks operators, and raises everything.
        return False
    return all(tolerance.differs(want, outputs[name]) is None for name, want in wanted.items())


def compare(landfall, case, model, result, is_timed):
    slow = ""
    for sizes in case.shapes():
        ours, theirs = case.feeds(sizes)
        try:
            rival_ms, wanted = fastest_ms(lambda: case.session.run(None, theirs))
            plain = case.plain and case.plain.run(None, theirs)
        except Exception as error:  # It has no one type of its own.
            result["rival"] = f"at {sizes}: {one_line(error)}"
            result["ours"] = outcome(landfall, model, ours)
            continue
        try:
            run_ms, outputs = fastest_ms(lambda: model.run(ours))
        except landfall.Error as error:
            return result.update(status="failed", reason=f"at {sizes}: {error}")
        why, whole = case.wrong(outputs, wanted, plain)
        if why and reference_agrees(case, theirs, outputs):
            return result.update(status="disputed", reason=f"at {sizes}: {why}; ONNX's reference agrees with Landfall")
        if why and case.is_as_uncertain(outputs, wanted, theirs):
            return result.update(status="disputed",
                                 reason=f"at {sizes}: {why}; ONNX Runtime's two ways differ by more")
        if why:
            return result.update(status="wrong", reason=f"at {sizes}: {why}")
        result["shapes"] += 1
        result["as_a_whole"] |= whole
        result.update(run_ms=round(run_ms, 3), rival_ms=round(rival_ms, 3))
        if is_timed and run_ms > MEASURABLE_MS and run_ms > TIMES_SLOWER * rival_ms:
            slow = f"at {sizes}: {run_ms:.1f} ms, ONNX Runtime takes {rival_ms:.1f} ms"
    if slow:
        result.update(status="slow", reason=slow)
    elif not result["shapes"]:
        reason = result.get("rival", "no shape fits the file's inputs")
        result.update(status="no judge", reason=f"{reason} (Landfall: {result.get('ours', 'not run')})")


def main():
    target = sys.argv[1]
    serve({"ready": target}, lambda request: judge(request["path"], target))


if __name__ == "__main__":
    main()
