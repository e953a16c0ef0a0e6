"""ONNX Runtime's own operators, and those of old opsets: random nodes, judged by ONNX Runtime.

    run.py [--seconds N] [--filter TEXT] [--first N] [--rounds N] [--device D]

Each round draws one node of every operator of the files of cases: attributes,
extents, types, operands absent and present, constant and not, dimensions known
and free. The answers of the two must agree. Operators without a kernel in ONNX
Runtime are held against the formula that stands with the case. A failure names its
round: `--filter OPERATOR --first ROUND --rounds 1` runs it again.
"""

import argparse
import sys
import time
import traceback
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "conformance"))

import tolerance
from draw import OPERATORS, Draw
from nodes import load_cases, node_model
from oracle import judged

try:
    import onnxruntime
except ImportError:
    print("skipped: the package onnxruntime is not installed")
    sys.exit(0)

import landfall

def difference(case, expected, actual):
    for k, (e, a) in enumerate(zip(expected, actual)):
        if case.steps and e.dtype.kind in "iu" and a.dtype == e.dtype and a.shape == e.shape:
            distance = np.abs(e.astype(np.int64) - a.astype(np.int64)).max(initial=0)
            if distance > case.steps:
                return f"result {k}: off by {distance} steps"
            continue
        if case.scale != 1 and e.dtype.kind == "f" and a.dtype == e.dtype and a.shape == e.shape:
            relative, scaled, absolute = tolerance.TOLERANCES[e.dtype]
            wide = np.abs(e.astype(np.float64))
            near = case.scale * (relative * wide + scaled * wide.max(initial=0) + absolute)
            error = np.abs(e.astype(np.float64) - a)
            if not (error <= near).all():
                return f"result {k}: error {error.max():.3g}, largest value {wide.max():.3g}"
            continue
        if reason := tolerance.tensor_differs(e, a):
            return f"result {k}: {reason}"
    return None


def try_case(name, number, device):
    """None if all is well, "refused" if ONNX Runtime does not take the node, else what is wrong."""
    draw = Draw([zlib.crc32(name.encode()), number])
    case = OPERATORS[name](draw, name)
    extra = [k for k in range(len(case.operands)) if draw.flag(0.3)]
    constants = set(case.constants) | set(extra if draw.flag() else [])
    expected, refusal = judged(case, constants)
    if expected is None:
        return "refused", refusal
    free = draw.flag()
    try:
        model, feeds = node_model(case, constants, free, expected)
        # A free extent in the signature: the names of dimensions do not tie inputs.
        actual = [np.asarray(x) for x in landfall.compile(model, device=device).run(feeds).values()]
    except landfall.Error as error:
        return "failed", f"{error} {described(case)}"
    if case.select:
        expected, actual = case.select(expected), case.select(actual)
    if reason := difference(case, expected, actual):
        return "failed", f"{reason} {described(case)}{' free' if free else ''} constants {sorted(constants)}"
    return "agrees", None


def described(case):
    operands = ["-" if x is None else f"{x.dtype}{list(x.shape)}" for x in case.operands]
    return f"{case.attributes} {operands}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--filter", default="", help="operators whose name contains this")
    parser.add_argument("--first", type=int, default=0, help="the first round")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--device", default="", help="default: cpu; in every fourth round null, which checks accesses")
    parser.add_argument("--verbose", action="store_true", help="print refusals")
    arguments = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    load_cases()
    names = sorted(name for name in OPERATORS if arguments.filter in name)
    counts = {name: {"agrees": 0, "refused": 0, "failed": 0} for name in names}
    last_refusal = {}
    start = time.monotonic()
    for number in range(arguments.first, arguments.first + arguments.rounds):
        device = arguments.device or ("null" if number % 4 == 3 else "cpu")
        for name in names:
            try:
                outcome, reason = try_case(name, number, device)
            except Exception:
                outcome, reason = "failed", traceback.format_exc()
            counts[name][outcome] += 1
            if outcome == "failed" and counts[name]["failed"] <= 5:
                print(f"{name}, round {number}: {reason}", flush=True)
            if outcome == "refused":
                last_refusal[name] = reason
                if arguments.verbose:
                    print(f"{name}, round {number}: ONNX Runtime: {reason}", flush=True)
        if time.monotonic() - start > arguments.seconds:
            break
    rounds = number + 1 - arguments.first
    # A generator that ONNX Runtime mostly refuses compares too little.
    silent = [name for name in names if rounds >= 3 and counts[name]["agrees"] + counts[name]["failed"] == 0]
    for name in silent:
        print(f"{name}: no node was compared; ONNX Runtime: {last_refusal[name]}")
    failed = sum(count["failed"] for count in counts.values())
    total = sum(sum(count.values()) for count in counts.values())
    refused = sum(count["refused"] for count in counts.values())
    print(f"{len(names)} operators, {total} nodes in {rounds} rounds: {failed} failed, {refused} refused by ONNX Runtime")
    if arguments.verbose:
        print({name: count for name, count in counts.items() if count["refused"]})
    sys.exit(1 if failed or silent else 0)


if __name__ == "__main__":
    main()
