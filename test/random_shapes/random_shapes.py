"""One artefact of a model at many random shapes.

    random_shapes.py [count]                    the sample models
    random_shapes.py count model.onnx [RULE...] [--target T --devices A,B]

A rule "total=past+seq" computes a symbolic dimension from others, "h=32*h"
narrows one (characters that no Python name has are _ on the right side),
"sr:16000" sets all elements of an input. Shapes that ONNX Runtime refuses are
drawn again.

At each shape: the results are ONNX Runtime's within the tolerance of their
dtype, the same bits at one and at two threads, nothing is compiled, and the
host plans in under a millisecond. With devices, the artefact runs on each of
them and their results are compared with ONNX Runtime's only.
"""

import argparse
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "test" / "conformance")]

import demo  # noqa: E402
import sample_models  # noqa: E402
import tolerance  # noqa: E402
import landfall  # noqa: E402

PLANNING_LIMIT = 1.0  # milliseconds
MOST_REFUSALS = 20  # For each shape that is wanted.


def detector_feeds(random):
    batch, height, width = random.integers(1, 3), *random.integers(1, 300, 2)
    return {"image": random.standard_normal((batch, 3, height, width), np.float32)}


def transformer_feeds(random):
    shape = random.integers(1, 5), random.integers(1, 130)
    return {"tokens": random.integers(0, sample_models.Transformer.WORDS, shape)}


def numpy_type(text):
    """Of ONNX Runtime's "tensor(float)"."""
    name = text.removeprefix("tensor(").removesuffix(")")
    return np.dtype({"float": "float32", "double": "float64"}.get(name, name))


def ruled_feeds(oracle, rules):
    """A function that draws feeds for any model: images of 33 to 320, other
    dimensions of 1 to 24, whole numbers 0 and 1 (every index is in range)."""
    sizes_of = [rule.split("=", 1) for rule in rules if "=" in rule]
    values_of = dict(rule.split(":", 1) for rule in rules if "=" not in rule)

    def dims_of(value):
        return [f"{value.name}.{axis}" if dim is None else dim for axis, dim in enumerate(value.shape)]

    def draw(random):
        sizes = {}
        for value in oracle.get_inputs():
            for axis, dim in enumerate(dims_of(value)):
                if not isinstance(dim, int) and dim not in sizes:
                    spatial = len(value.shape) == 4 and axis >= 2
                    sizes[dim] = int(random.integers(33, 321) if spatial else random.integers(1, 25))
        for dim, expression in sizes_of:
            names = {re.sub(r"\W", "_", name): size for name, size in sizes.items()}
            sizes[dim] = int(eval(expression, {"__builtins__": {}}, names))
        feeds = {}
        for value in oracle.get_inputs():
            shape = [dim if isinstance(dim, int) else sizes[dim] for dim in dims_of(value)]
            if value.name in values_of:
                feed = np.full(shape, float(values_of[value.name]))
            elif "float" in value.type:
                feed = random.standard_normal(shape)
            else:
                feed = random.integers(0, 2, shape)
            feeds[value.name] = feed.astype(numpy_type(value.type))
        return feeds

    return draw


def check_shape(oracle, models, feeds, same_bits):
    """Complaints about one shape; None if the oracle refuses it."""
    names = [output.name for output in oracle.get_outputs()]
    try:
        wanted = oracle.run(names, feeds)
    except Exception:  # The oracle has no error class of its own.
        return None
    complaints = []
    results = [model.run(feeds) for model in models]
    for name, want in zip(names, wanted):
        for result in results if not same_bits else results[:1]:
            if reason := tolerance.differs(want, result[name]):
                complaints.append(f"'{name}': {reason}")
        if same_bits and isinstance(want, np.ndarray) and results[0][name].tobytes() != results[1][name].tobytes():
            complaints.append(f"'{name}': other bits at two threads")
    # The least of a few: other programs run too.
    planning = min(models[0].statistics(feeds)["planning_ms"] for _ in range(3))
    if planning > PLANNING_LIMIT:
        complaints.append(f"the host plans for {planning:.2f} ms")
    if demo.recompilations():
        complaints.append("the compiler was loaded")
    return complaints, planning


def check_model(path, count, make_feeds=None, rules=(), target="cpu", devices=()):
    """Runs one model at `count` shapes; how many went wrong."""
    random = np.random.default_rng(3)
    artefact = ROOT / "build" / "samples" / f"{path.parent.name}.{path.stem}.random_shapes.lfm"
    artefact.parent.mkdir(parents=True, exist_ok=True)
    demo.compile_elsewhere(path, artefact, target)
    models = [landfall.load(artefact, device=device) for device in devices] or [
        landfall.load(artefact, threads=threads) for threads in (1, 2)]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # Refusals are expected.
    oracle = onnxruntime.InferenceSession(str(path), options)
    make_feeds = make_feeds or ruled_feeds(oracle, rules)
    failed = done = refused = 0
    longest = 0.0
    while done < count and refused < count * MOST_REFUSALS:
        feeds = make_feeds(random)
        found = check_shape(oracle, models, feeds, same_bits=not devices)
        if found is None:
            refused += 1
            continue
        done += 1
        longest = max(longest, found[1])
        for complaint in found[0]:
            print(f"{path} at {[value.shape for value in feeds.values()]}: {complaint}")
            failed += 1
    print(f"{path}: {done} shapes, {refused} that ONNX Runtime refuses, {failed} complaints, "
          f"recompilations {demo.recompilations()}, planning at most {longest:.3f} ms")
    return failed + (done < count)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=25)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--devices", default="")
    options = parser.parse_args()
    count = options.count
    if options.model:
        devices = [name for name in options.devices.split(",") if name]
        return min(1, check_model(options.model, count, rules=options.rules, target=options.target, devices=devices))
    paths = sample_models.write_samples(ROOT / "build" / "samples")
    samples = (("detector", detector_feeds), ("transformer", transformer_feeds))
    return min(1, sum(check_model(paths[name], count, make_feeds) for name, make_feeds in samples))


if __name__ == "__main__":
    sys.exit(main())
