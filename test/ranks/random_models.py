"""Random models whose ranks and branches only the run decides, against ONNX Runtime.

    random_models.py [--seconds 20] [--first SEED] [--print]

Small graphs of operators that change ranks, with Ifs, Loops and sequences, on
inputs of unknown rank, by the interpreter (the null device). Fails at results
that differ, and at runs that fail for another reason than that there are more
cases than are compiled.
"""

import argparse
import random
import sys
import time
import warnings

import numpy as np
import onnxruntime
from onnx import parser

import landfall

HEAD = '<ir_version: 10, opset_import: ["" : 21]>\n'
# What a run may say: the limit of alternatives, and axes that a scalar does not
# have, which ONNX Runtime accepts.
REFUSALS = ("one of more cases than were compiled", "none of those that the model was compiled for",
            "for which alone the model was compiled", "axes for a tensor of rank 0")


class Model:
    """The text of a model; `random` decides all of it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0
        self.type = self.random.choice(["float[]", "float[N,M]"])
        nodes, last = self.graph(["x", "z"], 0)
        self.text = (f"g ({self.type} x, float[A,B] z, bool c, int64 n, int64[K] axes, int64 j) => (float[] y) "
                     f"<int64[1] front = {{0}}> {{ true = Constant<value = bool {{1}}>() {nodes} y = Identity({last}) }}")

    def name(self):
        self.names += 1
        return f"v{self.names}"

    def graph(self, values, depth):
        """The nodes of a graph that sees `values`, and what it gives."""
        nodes = []
        for _ in range(self.random.randint(2, 4)):
            made, result = self.node(values, depth)
            nodes.append(made)
            values = values + [result]
        return " ".join(nodes), values[-1]

    def node(self, values, depth):
        a, b = self.random.choice(values), self.random.choice(values)
        y, extra = self.name(), self.name()
        kinds = [f"{y} = Squeeze({a})", f"{y} = Add({a}, {b})", f"{y} = Relu({a})", f"{y} = Mul({a}, {a})",
                 f"{y} = ReduceSum<keepdims = 0>({a}, axes)", f"{y} = Unsqueeze({a}, front)",
                 f"{extra} = SequenceConstruct({a}, {b}) {y} = SequenceAt({extra}, j)",
                 f"{extra} = Shape({a}) {y} = Expand({b}, {extra})", f"{extra} = Shape({a}) {y} = ConstantOfShape({extra})"]
        kind = self.random.randrange(len(kinds) + 2)
        if kind < len(kinds):
            return kinds[kind], y
        if depth == 2:
            return kinds[0], y
        return (self.branches if kind == len(kinds) else self.loop)(y, a, values, depth), y

    def body(self, inputs, outputs, values, depth):
        """A body graph whose last output is what its nodes give."""
        nodes, last = self.graph(values, depth + 1)
        result = self.name()
        signature = ", ".join(outputs + [f"float[] {result}"])
        return f"{self.name()} ({inputs}) => ({signature}) {{ {nodes} {result} = Identity({last}) ", result

    def branches(self, y, _, values, depth):
        then_graph, other_graph = (self.body("", [], values, depth)[0] + "}" for _ in range(2))
        return f"{y} = If(c)<then_branch = {then_graph}, else_branch = {other_graph}>"

    def loop(self, y, start, values, depth):
        i, before, after, carried = (self.name() for _ in range(4))
        graph, _ = self.body(f"int64 {i}, bool {before}, float[] {carried}", [f"bool {after}"], values + [carried], depth)
        return f"{y} = Loop(n, true, {start})<body = {graph} {after} = Identity({before}) }}>"

    def inputs(self):
        shapes = [(2, 3), (1, 3), (1, 1)] + ([(3,), (), (2, 1, 3)] if self.type == "float[]" else [])
        pick = self.random.choice
        return {"x": np.random.default_rng(self.names).standard_normal(pick(shapes)).astype(np.float32),
                "z": np.ones(pick([(2, 3), (1, 1), (1, 3)]), np.float32), "c": np.array(pick([True, False])),
                "n": np.array(self.random.randint(0, 2), np.int64), "axes": np.array(pick([[], [0], [0, 1]]), np.int64),
                "j": np.array(self.random.randint(0, 1), np.int64)}


def difference(model, compiled, rival):
    """What is wrong with one run, or None."""
    inputs = model.inputs()
    try:
        expected, = rival.run(None, inputs)
    except Exception:  # ONNX Runtime has a class for each kind of failure of a kernel.
        return None
    try:
        y = compiled.run(inputs)["y"]
    except landfall.Error as error:
        return None if any(words in str(error) for words in REFUSALS) else str(error)
    if np.shape(y) != np.shape(expected):
        return f"shape {np.shape(y)}, expected {np.shape(expected)}"
    return None if np.allclose(y, expected, 1e-4, 1e-5, equal_nan=True) else "other numbers"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--print", action="store_true")
    options = arguments.parse_args()
    onnxruntime.set_default_logger_severity(4)
    warnings.simplefilter("ignore")
    end = time.monotonic() + options.seconds
    wrong, seed = 0, options.first
    while time.monotonic() < end:
        model = Model(seed)
        if options.print:
            print(model.text)
        proto = parser.parse_model(HEAD + model.text)
        rival = onnxruntime.InferenceSession(proto.SerializeToString())
        compiled = landfall.compile(proto, device="null")
        for _ in range(6):
            if reason := difference(model, compiled, rival):
                wrong += 1
                print(f"--first {seed}: {reason}")
        seed += 1
    print(f"{seed - options.first} models, {wrong} runs differ")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
