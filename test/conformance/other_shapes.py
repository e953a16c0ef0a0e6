"""The cases of the ONNX suite at shapes that they do not have, beside an oracle.

    other_shapes.py [--devices cpu,null] [--filter TEXT] [--jobs 2] [--slice N] [--shapes 2] [--list]

Every extent of a case's inputs is a symbol that equal extents share. Symbols, symbols
with all their multiples, or single dimensions get other extents (elements repeat), in an
order that follows from the case's name, until ONNX Runtime and ONNX's reference
evaluator (those of them that give the case's own results) have answered --shapes of these
inputs: that is legal. One compiled model with free dimensions must give the same answers.
Where the two differ, either is right. Of N slices --slice takes the cases whose names'
hash is 0.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnx.reference

import exclusion_list
import misfits
import suite
import tolerance

try:
    import onnxruntime
except ImportError:
    print("skipped: the package onnxruntime is not installed")
    sys.exit(0)

sys.path.append(str(Path(__file__).resolve().parents[2] / "build/python"))

MOST_ELEMENTS = 200_000  # Of one input.
MOST_TRIES = 24
NEWEST_OPSET = 26  # That ONNX Runtime knows.
# What ONNX does not allow, though an oracle answers: operator, words of the refusal, ONNX's own words.
# With --list each such input is printed.
NOT_LEGAL = [
    ("CausalConvWithState", "past_state must hold", "past_state: shape (batch_size, channels, k - 1)"),
    ("DFT", "onesided needs a real signal", "onesided=1 and inverse=0: only real input is supported"),
    ("DequantizeLinear", "needs one element for each block", "x_scale: (D0, ..., ceil(Di/B), ..., Dn)"),
    ("DequantizeLinear", "does not broadcast", "x_zero_point: shape must match x_scale"),
    ("QuantizeLinear", "needs one element for each block", "y_scale: (D0, ..., ceil(Di/B), ..., Dn)"),
    ("GRU", "'hidden_size'", "R: [num_directions, 3*hidden_size, hidden_size]"),
    ("LSTM", "'hidden_size'", "R: [num_directions, 4*hidden_size, hidden_size]"),
    ("RNN", "'hidden_size'", "R: [num_directions, hidden_size, hidden_size]"),
    ("MaxUnpool", "X and I must have one shape", "I: dimensions must be the same as input tensor X"),
    ("NonMaxSuppression", "must be one number each", "max_output_boxes_per_class, iou_threshold, score_threshold: a scalar"),
    ("PRelu", "shapes do not broadcast", "before opset 7, slope: one value shared by the channels, or one for each"),
    ("Pad", "name a dimension twice", "axes: behavior is undefined if an axis is repeated"),
    ("Resize", "element counts differ", "scales, sizes: as many elements as the rank of X, or as axes"),
    ("Resize", "a start and an end for each axis", "roi: [start1, ..., startN, end1, ..., endN], N the rank of X or of axes"),
    ("RoiAlign", "needs four columns", "rois: shape (num_rois, 4)"),
    ("SequenceInsert", "must be one number", "position: must be a scalar"),
    ("TopK", "element counts differ", "K: a 1-D tensor containing a single positive value"),
]


def is_forbidden(error):
    return any(error.operator == operator and words in error.reason for operator, words, _ in NOT_LEGAL)


#===--- Other inputs ------------------------------------------------------===#


def leaves(value):
    """The arrays in a value."""
    if isinstance(value, np.ndarray):
        return [value]
    return [array for item in value for array in leaves(item)] if isinstance(value, list) else []


def rebuilt(value, change):
    """The value with other arrays: change(array)."""
    if isinstance(value, list):
        return [rebuilt(item, change) for item in value]
    return change(value) if isinstance(value, np.ndarray) else value


def with_extents(inputs, new):
    """Each dimension whose extent is a key of `new` has that extent instead."""
    def change(array):
        for axis, extent in enumerate(array.shape):
            if extent in new:
                array = misfits.resized(array, axis, new[extent])
        return array

    return [rebuilt(value, change) for value in inputs]


def with_dimension(inputs, position, axis, new):
    return [misfits.resized(value, axis, new) if k == position else value for k, value in enumerate(inputs)]


def candidates(name, inputs):
    """Inputs of other shapes, whole symbols first."""
    numbers = np.random.default_rng(zlib.crc32(name.encode()))
    extents = sorted({extent for value in inputs for array in leaves(value) for extent in array.shape} - {0})
    symbols = [{old: new} for old in extents for new in {old + 1, 2 * old, max(old - 1, 1), old + 3} - {old}]
    multiples = [{extent: extent // old * (old + 1) for extent in extents if extent % old == 0}
                 for old in extents if old > 1 and any(extent % old == 0 for extent in extents if extent > old)]
    several = [{old: old + int(numbers.integers(1, 4)) for old in extents} for _ in range(4 if len(extents) > 1 else 0)]
    dimensions = [(k, axis, new) for k, value in enumerate(inputs) if isinstance(value, np.ndarray)
                  for axis, old in enumerate(value.shape) for new in {1, old + 1, old + 2, 2 * old} - {old}]
    some = [symbols[k] for k in numbers.permutation(len(symbols))]
    for new in several[:1] + some[:3] + multiples + some[3:] + several[1:]:
        yield f"extents {new}", with_extents(inputs, new)
    for k in numbers.permutation(len(dimensions)):
        position, axis, new = dimensions[k]
        yield f"input {position}, axis {axis}: {new}", with_dimension(inputs, position, axis, new)


#===--- Oracles -----------------------------------------------------------===#


class Oracles:
    """Those of ONNX Runtime and the reference evaluator that give a case's own results."""

    def __init__(self, model, feeds, expected):
        makers = (self.runtime, lambda model: onnx.reference.ReferenceEvaluator(model).run)
        self.trusted = [answer for maker in makers if (answer := attempt(maker, model)) and self.knows(answer, feeds, expected)]

    @staticmethod
    def runtime(model):
        opset = max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=1)
        if opset > NEWEST_OPSET:
            return None
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        copy = onnx.ModelProto.FromString(model.SerializeToString())
        copy.ir_version = min(copy.ir_version, 11)
        return onnxruntime.InferenceSession(copy.SerializeToString(), options, providers=["CPUExecutionProvider"]).run

    @staticmethod
    def knows(answer, feeds, expected):
        results = attempt(answer, None, feeds)
        return results is not None and difference(expected, results) is None

    def answers(self, feeds):
        """One for each oracle; none if one of them refuses."""
        results = [attempt(answer, None, feeds) for answer in self.trusted]
        return [] if any(result is None for result in results) else results


def attempt(function, *arguments):
    """Its result, or None if it throws: oracles throw anything."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments)
    except Exception:
        return None


def difference(expected, actual):
    for k, (e, a) in enumerate(zip(expected, actual)):
        with np.errstate(all="ignore"):
            if reason := tolerance.differs(e, a):
                return f"output {k}: {reason}"
    return None


#===--- Cases -------------------------------------------------------------===#


def compared(landfall, case, devices, shapes):
    """(shapes that were legal, complaints, what ONNX does not allow)"""
    model = suite.make_symbolic(case.model)
    inputs = [np.asarray(value) if isinstance(value, np.generic) else value for value in case.data_sets[0][0]]
    if model is None or any(array.size > MOST_ELEMENTS for value in inputs for array in leaves(value)):
        return 0, [], []
    names = [value.name for value in model.graph.input][:len(inputs)]

    def feeds_of(values):
        return {name: value for name, value in zip(names, values) if value is not None}

    oracles = Oracles(model, feeds_of(inputs), case.data_sets[0][1])
    compiled, legal, complaints, forbidden = {}, 0, [], []
    for tries, (what, changed) in enumerate(candidates(case.name, inputs)):
        if legal == shapes or tries == MOST_TRIES or not oracles.trusted:
            break
        feeds = feeds_of(changed)
        answers = oracles.answers(feeds)
        if not answers:
            continue
        legal += 1
        for device in devices:
            try:
                if device not in compiled:
                    compiled[device] = landfall.compile(model, device=device, directory=case.directory)
                actual = list(compiled[device].run(feeds).values())
            except landfall.Error as error:
                if is_forbidden(error):
                    legal -= 1
                    forbidden.append(f"{what}: {error}")
                    break
                complaints.append(f"{what}, {device}: refused: {error}")
                continue
            reasons = [difference(expected, actual) for expected in answers]
            if all(reasons):
                complaints.append(f"{what}, {device}: {reasons[0]}")
    return legal, complaints, forbidden


def check_part(part, options):
    import landfall

    onnxruntime.set_default_logger_severity(4)

    random = [x for x in exclusion_list.read("cpu") if x.verdict == "never"]
    counts = {"cases": 0, "shapes": 0, "cases at no other shape": 0, "complaints": 0, "not legal": 0}
    for number, case in enumerate(suite.all_cases("null")):
        if number % options.jobs != part or options.filter not in case.name:
            continue
        if zlib.crc32(case.name.encode()) % options.slice or not case.data_sets:
            continue
        if exclusion_list.excluded(case.name, random):
            continue
        legal, complaints, forbidden = compared(landfall, case, options.devices.split(","), options.shapes)
        counts["cases"] += 1
        counts["shapes"] += legal
        counts["cases at no other shape"] += not legal
        counts["complaints"] += len(complaints)
        counts["not legal"] += len(forbidden)
        if options.list:
            for text in forbidden:
                print(f"not legal: {case.name}: {text[:400]}", flush=True)
            if not legal:
                print(f"no other shape: {case.name}", flush=True)
        for complaint in complaints:
            print(f"FAILED {case.name}: {complaint[:400]}", flush=True)
    print(f"part {part}: {', '.join(f'{count} {name}' for name, count in counts.items())}")
    return 1 if counts["complaints"] or not counts["shapes"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--devices", default="cpu")
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--slice", type=int, default=1)
    parser.add_argument("--shapes", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="cases at no other shape, and inputs that ONNX forbids, too")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part is not None:
        return check_part(options.part, options)
    start = time.time()
    running = [subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "--part", str(part)], env=os.environ)
               for part in range(options.jobs)]
    codes = [process.wait() for process in running]
    print(f"{time.time() - start:.0f} s")
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
