"""Whole models through onnxruntime with Landfall's provider, claimed whole.

    recorded_models.py [--device cpu] [--times] [--leave SEED]

Runs the sample models that tools/sample_models.py makes, against onnxruntime alone, and
every model of ../shared/models, where that folder exists, against its recorded outputs.
Fallback is forbidden, but for nodes whose result is no tensor at the model's output.
`--leave` also leaves a third of each model's operators, chosen at random, to
onnxruntime, so that groups begin and end anywhere. `--times` also prints the median of 20 runs, with the provider and alone.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import runtime
import suite
import tolerance

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import sample_models  # noqa: E402


def tensors_only(made):
    return all(port.type.startswith("tensor") for port in made.get_outputs())


def claimed_whole(path, device, alone):
    """A session with the provider. Raises if a node is left that need not be."""
    if tensors_only(alone):
        return runtime.session(path, device, fallback=False, log=4)
    made = runtime.session(path, device, log=4, config=runtime.RECORD)
    left = [node.op_type for part in made.get_provider_graph_assignment_info() if part.ep_name != runtime.PROVIDER
            for node in part.get_nodes()]
    if set(left) - {"ZipMap"}:
        raise RuntimeError(f"left to onnxruntime: {', '.join(left)}")
    return made


def sample_inputs(made):
    """Random inputs, with 3 for every free dimension."""
    random = np.random.default_rng(2)
    feeds = []
    for port in made.get_inputs():
        dims = [extent if isinstance(extent, int) else 33 if len(port.shape) == 4 and axis > 1 else 3
                for axis, extent in enumerate(port.shape)]
        feeds.append(random.integers(0, 2, dims) if "int64" in port.type else random.uniform(-1, 1, dims).astype(np.float32))
    return feeds


def some_operators(path, seed):
    """A third of a model's operators, with commas."""
    operators = sorted({node.op_type if not node.domain else f"{node.domain}.{node.op_type}"
                        for node in onnx.load(path, load_external_data=False).graph.node})
    return ",".join(np.random.default_rng(seed).choice(operators, -(-len(operators) // 3), replace=False))


def check(path, data_sets, device, times, seed):
    """Why a model is not what it must be, or None; and a text for a person."""
    alone = runtime.session(path)
    begin = time.monotonic()
    made = claimed_whole(path, device, alone)
    text = f"session {time.monotonic() - begin:.1f} s"
    sessions = [made]
    if seed is not None:
        operators = some_operators(path, seed)
        sessions.append(runtime.session(path, device, log=4, config=runtime.RECORD, leave=operators))
        parts = [part.ep_name for part in sessions[-1].get_provider_graph_assignment_info()]
        text += f", without {operators}: {parts.count(runtime.PROVIDER)} groups"
    for number, (inputs, expected) in enumerate(data_sets or [(sample_inputs(alone), None)]):
        expected = expected or runtime.run(alone, inputs)
        for one in sessions:
            for want, have in zip(expected, runtime.run(one, inputs)):
                if reason := tolerance.differs(want, have):
                    return f"data set {number}{', in groups' * (one is not made)}: {reason}", text
    if times:
        both = [statistics.median(run_times(one, inputs)) for one in (made, alone)]
        text += f", {both[0]:.2f} ms a run, onnxruntime alone {both[1]:.2f} ms ({both[1] / both[0]:.2f}x)"
    return None, text


def run_times(made, inputs):
    for _ in range(20):
        begin = time.monotonic()
        runtime.run(made, inputs)
        yield (time.monotonic() - begin) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--leave", type=int, metavar="SEED")
    parser.add_argument("--times", action="store_true")
    options = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        sample_models.write_samples(Path(folder))
        jobs = [(path.stem, str(path), None) for path in sorted(Path(folder).glob("*.onnx"))]
        for recorded in sorted((ROOT.parent / "shared" / "models").glob("*/model.onnx")):
            case = suite.load_folder_case(recorded.parent.name, recorded.parent)
            jobs.append((case.name, str(recorded), case.data_sets))
        for name, path, data_sets in jobs:
            try:
                reason, text = check(path, data_sets, options.device, options.times, options.leave)
            except Exception as failure:
                reason, text = str(failure).split("\n")[0], ""
            failures += reason is not None
            print(f"FAILED {name}: {reason}" if reason else f"ok     {name}: {text}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
