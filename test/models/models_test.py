"""Whole models, end to end: one artefact, many shapes, the same bits.

    models_test.py [--all] [TARGET [DEVICE...]]

Runs the sample models that tools/sample_models.py makes, and every model of
../shared/models where that folder exists (real models are never committed).
Recorded outputs match at every recorded shape, random legal shapes match ONNX
Runtime, and one and two threads give the same bits. With devices named, one
artefact of each model runs its recorded data on each of them, and that is all:
on each but for models that a simulator takes long for. These run on one device,
which follows from their name, unless --all is given.
"""

import argparse
import sys
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test/conformance"), str(ROOT / "tools")]

import landfall  # noqa: E402
import sample_models  # noqa: E402
import suite  # noqa: E402
import tolerance  # noqa: E402

RANDOM_SHAPES = 5
LONG = 15  # Seconds on one device.


def same_bits(a, b):
    if isinstance(a, list):
        return len(a) == len(b) and all(same_bits(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return a == b
    return a.tobytes() == b.tobytes()


def check_recorded(name, folder, target):
    """Why a recorded output does not match, or None."""
    path = str(folder / "model.onnx")
    one = landfall.compile(path, device=target, threads=1)
    two = landfall.compile(path, device=target, threads=2)
    case = suite.load_folder_case(name, folder)
    inputs = [value.name for value in case.model.graph.input]
    for number, (values, expected) in enumerate(case.data_sets):
        feeds = dict(zip(inputs, values))
        results = one.run(feeds)
        for value, want in zip(one.outputs, expected):
            if reason := tolerance.differs(want, results[value.name]):
                return f"data set {number}, output '{value.name}': {reason}"
        again = two.run(feeds)
        for output in results:
            if not same_bits(results[output], again[output]):
                return f"data set {number}, '{output}': other bits at 2 threads"
    return None


def check_on_devices(name, folder, target, devices, longest):
    """Why a recorded output does not match on some device, or None."""
    first = zlib.crc32(name.encode()) % len(devices)
    start = time.monotonic()
    case = suite.load_folder_case(name, folder)
    inputs = [value.name for value in case.model.graph.input]
    with tempfile.TemporaryDirectory() as scratch:
        artefact = str(Path(scratch) / "model.lfm")
        landfall.compile(str(folder / "model.onnx"), device=target).save(artefact)
        for device in devices[first:] + devices[:first]:
            if time.monotonic() - start > longest:
                print(f"       {name} takes long: not on {device} nor behind it; --all runs it there")
                break
            model = landfall.load(artefact, device=device)
            for number, (values, expected) in enumerate(case.data_sets):
                results = model.run(dict(zip(inputs, values)))
                for value, want in zip(model.outputs, expected):
                    if reason := tolerance.differs(want, results[value.name]):
                        return f"{device}, data set {number}, output '{value.name}': {reason}"
    return None


def random_feeds(session, sizes, rng):
    feeds = {}
    for value in session.get_inputs():
        shape = [d if isinstance(d, int) else sizes[d] for d in value.shape]
        if "int64" in value.type:
            feeds[value.name] = rng.integers(0, 2, shape)
        else:
            feeds[value.name] = rng.random(shape, dtype=np.float32)
    return feeds


def check_random_shapes(path, target):
    """Compares with ONNX Runtime over shapes drawn at random."""
    rng = np.random.default_rng(7)
    model = landfall.compile(str(path), device=target)
    session = onnxruntime.InferenceSession(str(path))
    ranges = symbolic_dims(path)
    for _ in range(RANDOM_SHAPES):
        sizes = {dim: int(rng.integers(low, high)) for dim, (low, high) in ranges.items()}
        feeds = random_feeds(session, sizes, rng)
        results = model.run(feeds)
        for value, want in zip(session.get_outputs(), session.run(None, feeds)):
            if reason := tolerance.differs(want, results[value.name]):
                return f"at {sizes}, output '{value.name}': {reason}"
    return None


def symbolic_dims(path):
    """Ranges to draw each symbolic dimension of an image or token model from."""
    ranges = {}
    for value in onnx.load(path).graph.input:
        dims = value.type.tensor_type.shape.dim
        for axis, dim in enumerate(dims):
            if dim.dim_param:
                is_spatial = len(dims) == 4 and axis >= 2
                ranges[dim.dim_param] = (33, 160) if is_spatial else (1, 24)
    return ranges


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", action="store_true", help="long models on all devices")
    parser.add_argument("target", nargs="?", default="cpu")
    parser.add_argument("devices", nargs="*")
    options = parser.parse_args()
    target, devices = options.target, options.devices
    longest = float("inf") if options.all else LONG
    failures = 0

    def report(name, check, *arguments):
        nonlocal failures
        try:
            start = time.monotonic()
            reason = check(*arguments, target)
        except landfall.Error as error:
            reason = str(error)
        failures += reason is not None
        seconds = time.monotonic() - start
        print(f"FAILED {name}: {reason}" if reason else f"ok     {name}, {seconds:.1f} s", flush=True)

    shared = ROOT.parent / "shared" / "models"
    folders = sorted(path.parent for path in shared.glob("*/model.onnx"))
    if devices:
        for folder in folders:
            report(folder.name, lambda *about: check_on_devices(*about, devices, longest), folder.name, folder)
        return 1 if failures else 0
    with tempfile.TemporaryDirectory() as folder:
        sample_models.write_samples(Path(folder))
        for path in sorted(Path(folder).glob("*.onnx")):
            report(path.name, check_random_shapes, path)
    for folder in folders:
        report(folder.name, check_recorded, folder.name, folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
