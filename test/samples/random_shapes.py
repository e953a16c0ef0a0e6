"""One artefact of each sample model at many random shapes.

    random_shapes.py [count]

At each shape: the results are ONNX Runtime's within the tolerance of their
dtype, the same bits at one and at two threads, nothing is compiled, and the
host plans in under a millisecond.
"""

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


def detector_feeds(random):
    batch, height, width = random.integers(1, 3), *random.integers(1, 300, 2)
    return {"image": random.standard_normal((batch, 3, height, width), np.float32)}


def transformer_feeds(random):
    shape = random.integers(1, 5), random.integers(1, 130)
    return {"tokens": random.integers(0, sample_models.Transformer.WORDS, shape)}


def check_shape(oracle, models, feeds):
    """Complaints about one shape."""
    names = [output.name for output in oracle.get_outputs()]
    results = [model.run(feeds) for model in models]
    for name, want in zip(names, oracle.run(names, feeds)):
        if reason := tolerance.differs(want, results[0][name]):
            yield f"'{name}': {reason}"
        if results[0][name].tobytes() != results[1][name].tobytes():
            yield f"'{name}': other bits at two threads"
    # The least of a few: other programs run too.
    planning = min(models[0].statistics(feeds)["planning_ms"] for _ in range(3))
    if planning > PLANNING_LIMIT:
        yield f"the host plans for {planning:.2f} ms"
    if demo.recompilations():
        yield "the compiler was loaded"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    random = np.random.default_rng(3)
    failed = 0
    paths = sample_models.write_samples(ROOT / "build" / "samples")
    for name, make_feeds in (("detector", detector_feeds), ("transformer", transformer_feeds)):
        artefact = paths[name].with_suffix(".random_shapes.lfm")
        demo.compile_elsewhere(paths[name], artefact)
        models = [landfall.load(artefact, threads=threads) for threads in (1, 2)]
        oracle = onnxruntime.InferenceSession(str(paths[name]))
        for _ in range(count):
            feeds = make_feeds(random)
            shape = next(iter(feeds.values())).shape
            for complaint in check_shape(oracle, models, feeds):
                print(f"{name} at {shape}: {complaint}")
                failed += 1
    print(f"{2 * count} shapes, {failed} complaints")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
