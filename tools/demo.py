"""One artefact, many shapes, beside ONNX Runtime: `./dev demo [model.onnx]`.

Compiles the sample models (or the given one) once each, in a process of its
own; then this process, which never loads the compiler, runs the artefact at
every shape, compares every output with ONNX Runtime's and prints one table.

Times are medians of runs that alternate between the two. "1t" is one thread on
both sides, "all" all cores on both. Rates and % of peak are of one thread:
peak is what build/bin/peak measures here. Error is the largest absolute
difference; WRONG marks one beyond what test/conformance/tolerance.py allows.
"""

import argparse
import json
import subprocess
import sys
import time
from math import prod
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
sys.path.insert(0, str(BUILD / "python"))
sys.path.insert(0, str(ROOT / "test" / "conformance"))

import landfall  # noqa: E402
import sample_models  # noqa: E402
import tolerance  # noqa: E402
import work_counter  # noqa: E402

IMAGE_SIZES = [(96, 96), (97, 101), (224, 224), (333, 517), (720, 1280)]
OTHER_SIZES = [1, 2, 7, 16, 64, 128, 512, 16000]
TOKEN_SHAPES = [(1, 8), (1, 17), (4, 64), (2, 101), (1, 128)]
LARGEST_INPUT = 3 << 20  # Elements: an image of 1280x720 and little more.
SECONDS_A_CELL = 0.6  # Of measuring, each runtime.
COLUMNS = ("model", "input", "ms 1t", "ORT 1t", "ORT/ours", "GFLOP/s", "% peak",
           "ms all", "ORT all", "ORT/ours", "max error", "recompiled")


def progress(text):
    """Shown on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


#===--- Inputs ------------------------------------------------------------===#


def model_inputs(model):
    """{name: (numpy dtype, dims)}, dims being numbers or symbols."""
    known = {i.name for i in model.graph.initializer}
    found = {}
    for value in model.graph.input:
        if value.name in known:
            continue
        if not value.type.HasField("tensor_type"):
            raise SystemExit(f"error: input '{value.name}' is not a tensor; the demo can only make tensors")
        tensor = value.type.tensor_type
        dims = [d.dim_value if d.HasField("dim_value") else d.dim_param or f"{value.name}.{k}"
                for k, d in enumerate(tensor.shape.dim)]
        found[value.name] = (onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type), dims)
    return found


def sizes_to_try(inputs):
    """Assignments {symbol: size}: image sizes for the two last dimensions of an
    image, a list of other sizes for the rest."""
    symbols = list(dict.fromkeys(d for _, dims in inputs.values() for d in dims if isinstance(d, str)))
    image = next((dims[-2:] for _, dims in inputs.values()
                  if len(dims) == 4 and all(isinstance(d, str) for d in dims[-2:])), None)
    if not symbols:
        return [{}]
    if image:
        # Networks of many strides take multiples of 32 only.
        sizes = IMAGE_SIZES + [(h // 32 * 32, w // 32 * 32) for h, w in IMAGE_SIZES]
        return [{**dict.fromkeys(symbols, 1), image[0]: h, image[1]: w} for h, w in dict.fromkeys(sizes)]
    # A first dimension is a batch: kept small where something else can vary.
    firsts = {dims[0] for _, dims in inputs.values() if dims and isinstance(dims[0], str)}
    batch = firsts if set(symbols) - firsts else set()
    return [with_sums({s: 1 + k % 2 if s in batch else size for s in symbols})
            for k, size in enumerate(OTHER_SIZES)]


def with_sums(sizes):
    """Symbols that exporters name as a sum ("total_length", "past + 1") made so."""
    plain = {s: size for s, size in sizes.items() if "+" not in s and "total" not in s}
    lengths = [size for s, size in plain.items() if "seq" in s or "past" in s or "len" in s]
    for symbol in sizes.keys() - plain.keys():
        parts = [part.strip() for part in symbol.split("+")]
        if len(parts) > 1:
            sizes[symbol] = sum(int(part) if part.isdigit() else plain.get(part, 0) for part in parts)
        elif len(lengths) > 1:
            sizes[symbol] = sum(lengths)
    return sizes


def random_feeds(inputs, sizes, random):
    feeds = {}
    for name, (dtype, dims) in inputs.items():
        shape = [sizes.get(d, d) for d in dims]
        if dtype.kind == "f":
            feeds[name] = random.standard_normal(shape).astype(dtype)
        elif dtype.kind in "iub":
            feeds[name] = random.integers(0, 2, shape).astype(dtype)  # Legal as an index or a mask.
        else:
            raise SystemExit(f"error: the demo cannot make values of {dtype} for input '{name}'")
    return feeds


def sample_feeds():
    """(model name, path, list of feeds) of the sample models."""
    random = np.random.default_rng(0)
    paths = sample_models.write_samples(BUILD / "samples")
    yield "detector", paths["detector"], [
        {"image": random.standard_normal((1, 3, h, w), np.float32)} for h, w in IMAGE_SIZES]
    yield "transformer", paths["transformer"], [
        {"tokens": random.integers(0, sample_models.Transformer.WORDS, shape)} for shape in TOKEN_SHAPES]


def file_feeds(path):
    """The same of a user's file: the sizes that ONNX Runtime accepts."""
    inputs = model_inputs(onnx.load(path, load_external_data=False))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    oracle = onnxruntime.InferenceSession(str(path), options)
    random = np.random.default_rng(0)
    legal = []
    for sizes in sizes_to_try(inputs):
        shapes = [[sizes.get(d, d) for d in dims] for _, dims in inputs.values()]
        limit = LARGEST_INPUT if shapes[0][:1] == [1] else LARGEST_INPUT // 4
        if len(legal) == len(IMAGE_SIZES) or sum(map(prod, shapes)) > limit:
            break
        feeds = random_feeds(inputs, sizes, random)
        try:
            oracle.run(None, feeds)
            legal.append(feeds)
        except Exception as error:  # Its exceptions have no common base.
            reason = " ".join(str(error).split())
            sizes = ", ".join(f"{symbol}={size}" for symbol, size in sizes.items())
            print(f"skipped {sizes}: ONNX Runtime refuses it ({reason[-120:]})", file=sys.stderr)
    if not legal:
        raise SystemExit("error: ONNX Runtime refuses every size that the demo tried; "
                         "try `landfall run` with sizes of your own")
    yield path.stem if path.stem != "model" else path.resolve().parent.name, path, legal


#===--- Measuring ---------------------------------------------------------===#


def compile_elsewhere(path, artefact, target="cpu"):
    """Compiles in a process of its own; its seconds."""
    code = "import sys, landfall; landfall.compile(sys.argv[1], device=sys.argv[3]).save(sys.argv[2])"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, str(path), str(artefact), target], text=True, capture_output=True,
                          env={"PYTHONPATH": str(BUILD / "python")})
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise SystemExit(f"error: {lines[-1].removeprefix('landfall.Error: ')}")
    return time.perf_counter() - start


def recompilations():
    """0 while the compiler is not even loaded into this process."""
    return int("liblandfall_compiler" in Path("/proc/self/maps").read_text())


def medians(*runs):
    """The median milliseconds of each, alternating between them."""
    for run in runs:
        run()
    times = [[] for _ in runs]
    end = time.perf_counter() + SECONDS_A_CELL * len(runs)
    while len(times[0]) < 3 or (time.perf_counter() < end and len(times[0]) < 200):
        for run, list_ in zip(runs, times):
            start = time.perf_counter()
            run()
            list_.append((time.perf_counter() - start) * 1e3)
    return [float(np.median(t)) for t in times]


def error_of(expected, actual):
    """The largest absolute difference (of exact types: how many differ)."""
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return float("inf")
    if expected.dtype.kind != "f":
        return float(np.count_nonzero(expected != actual))
    e, a = expected.astype(np.float64), actual.astype(np.float64)
    same = (e == a) | (np.isnan(e) & np.isnan(a))
    with np.errstate(invalid="ignore"):
        return float(np.where(same, 0, np.abs(e - a)).max(initial=0))


class Subject:
    """One model in both runtimes, at one thread and at all."""

    def __init__(self, name, path):
        self.name = name
        artefact = BUILD / "samples" / f"{name}.lfm"
        artefact.parent.mkdir(parents=True, exist_ok=True)
        progress(f"{name}: compiling")
        self.compile_seconds = compile_elsewhere(path, artefact)
        self.ours = [landfall.load(artefact, threads=threads) for threads in (1, 0)]
        self.rivals = []
        for threads in (1, 0):
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            options.intra_op_num_threads = threads
            try:
                self.rivals.append(onnxruntime.InferenceSession(str(path), options))
            except Exception as error:  # Its exceptions have no common base.
                raise SystemExit(f"error: ONNX Runtime, the oracle, refuses {path}: {error}") from None
        self.counter = work_counter.WorkCounter(onnx.load(path))

    def row(self, feeds, peak):
        """(cells, correct)."""
        shape = ", ".join("x".join(map(str, f.shape)) or "scalar" for f in feeds.values())
        progress(f"{self.name}: {shape}")
        names = [output.name for output in self.rivals[0].get_outputs()]
        expected = self.rivals[0].run(names, feeds)
        error, correct = 0.0, True
        for ours in self.ours:
            try:
                actual = ours.run(feeds)
            except landfall.Error as refusal:
                print(f"{self.name} at {shape}: {refusal}", file=sys.stderr)
                return [self.name, shape] + ["-"] * 8 + ["REFUSED", str(recompilations())], False
            for name, value in zip(names, expected):
                if isinstance(value, np.ndarray):
                    error = max(error, error_of(value, np.asarray(actual[name])))
                correct &= tolerance.differs(value, actual[name]) is None
        one, rival_one = medians(lambda: self.ours[0].run(feeds), lambda: self.rivals[0].run(names, feeds))
        all_, rival_all = medians(lambda: self.ours[1].run(feeds), lambda: self.rivals[1].run(names, feeds))
        rate = 2 * self.counter.multiply_adds(feeds) / one / 1e6
        if len(shape) > 30:
            shape = shape[:27] + "..."
        return [self.name, shape, f"{one:.2f}", f"{rival_one:.2f}", f"{rival_one / one:.2f}", f"{rate:.1f}",
                f"{100 * rate / peak:.0f}", f"{all_:.2f}", f"{rival_all:.2f}", f"{rival_all / all_:.2f}",
                f"{error:.1e}" + ("" if correct else " WRONG"), str(recompilations())], correct


def print_table(rows):
    widths = [max(len(row[k]) for row in [COLUMNS, *rows]) for k in range(len(COLUMNS))]
    for number, row in enumerate([COLUMNS, *rows]):
        print("  ".join(cell.ljust(w) if k < 2 else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths))))
        if number == 0:
            print("  ".join("-" * w for w in widths))


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path, help="an ONNX file (default: the sample models)")
    options = parser.parse_args()
    if options.model and not options.model.is_file():
        raise SystemExit(f"error: there is no file '{options.model}'")
    if options.model:
        # Our own words for a model that is damaged or not supported.
        (BUILD / "samples").mkdir(parents=True, exist_ok=True)
        compile_elsewhere(options.model, BUILD / "samples" / "model.lfm")
    peak = json.loads(subprocess.check_output([BUILD / "bin" / "peak"]))
    rows, compiled, all_correct = [], [], True
    for name, path, feeds_list in file_feeds(options.model) if options.model else sample_feeds():
        subject = Subject(name, path)
        compiled.append(f"{name} in {subject.compile_seconds:.1f} s")
        for feeds in feeds_list:
            cells, correct = subject.row(feeds, peak["one"])
            rows.append(cells)
            all_correct &= correct and cells[-1] == "0"
    progress("")
    print_table(rows)
    print(f"\ncompiled once: {', '.join(compiled)}. Peak: {peak['one']:.0f} GFLOP/s on one thread, "
          f"{peak['all']:.0f} on {peak['threads']}. ORT/ours above 1: Landfall is faster.")
    if not all_correct:
        raise SystemExit("error: at some sizes the result is not ONNX Runtime's")


if __name__ == "__main__":
    try:
        main()
    except landfall.Error as refused:
        raise SystemExit(f"error: {refused}") from None
