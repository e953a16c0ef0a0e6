"""Bodies stand in the main graph as the rival runs them, and the judge looks into them."""

import sys
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "conformance"))

import landfall  # noqa: E402
import rival  # noqa: E402
from mutants.judge import Judge  # noqa: E402
from mutants.mutant import Mutant, all_nodes, declared, subgraphs, untyped  # noqa: E402
from mutants.open_bodies import opened  # noqa: E402

NODE = helper.make_node
X = np.arange(12, dtype=np.float32).reshape(4, 3)
GO = [NODE("Identity", ["go"], ["on"])]


def body(nodes, inputs, outputs):
    return helper.make_graph(nodes, "body", [helper.make_tensor_value_info(name, kind, None if kind == TensorProto.FLOAT else ())
                                            for name, kind in inputs],
                             [untyped(name) for name in outputs])


def mutant(nodes, feeds, outputs, opset=20):
    graph = helper.make_graph(nodes, "graph", [declared(name, value) for name, value in feeds.items()],
                              [untyped(name) for name in outputs])
    return Mutant(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9), feeds)


def loop(nodes, states, results, feeds, outputs, opset=20):
    """A Loop of `count` steps, from x; the body's inputs are i, go and the states."""
    inputs = [("i", TensorProto.INT64), ("go", TensorProto.BOOL), *((name, TensorProto.FLOAT) for name in states)]
    node = NODE("Loop", ["count", "", *["x"] * len(states)], outputs, body=body(GO + nodes, inputs, ["on", *results]))
    return mutant([node], {"x": X, **feeds}, outputs, opset)


def if_inside(condition):
    branches = {name: body([NODE(operator, ["s", "x"], [name])], [], [name])
                for name, operator in (("then_branch", "Add"), ("else_branch", "Sub"))}
    return NODE("If", [condition], ["t"], **branches)


class Opened(unittest.TestCase):
    def expect_alike(self, model):
        flat = opened(model)
        self.assertFalse({node.op_type for node in flat.graph.node} & {"If", "Loop", "Scan"})
        (kind, expected), (other, actual) = (rival.rival_answer(m.model, m.feeds, optimized=False) for m in (model, flat))
        self.assertEqual((kind, other), ("answered", "answered"), (expected, actual))
        for e, a in zip(expected, actual, strict=True):
            np.testing.assert_array_equal(e, a)

    def test_a_loop_carries_states_and_collects(self):
        nodes = [NODE("Add", ["s", "x"], ["t"]), NODE("Mul", ["t", "s"], ["u"])]
        for opset in (11, 20):
            self.expect_alike(loop(nodes, ["s"], ["t", "u"], {"count": np.array(3)}, ["last", "all"], opset))

    def test_a_loop_that_ends_itself(self):
        nodes = [NODE("Cast", ["i"], ["r"], to=1), NODE("Add", ["s", "r"], ["t"]), NODE("ReduceMax", ["t"], ["m"], keepdims=0),
                 NODE("Less", ["m", "limit"], ["on"])]
        model = loop([], ["s"], ["t"], {"count": np.array(100), "limit": np.array(20, np.float32)}, ["last"])
        inner = model.graph.node[0].attribute[0].g
        del inner.node[:]
        inner.node.extend(nodes)
        self.expect_alike(model)

    def test_the_branch_that_runs(self):
        for condition in (True, False):
            model = mutant([if_inside("c")], {"c": np.array(condition), "s": X, "x": X + 1}, ["t"])
            self.expect_alike(model)

    def test_a_branch_in_a_loop(self):
        nodes = [NODE("Cast", ["i"], ["odd"], to=9), if_inside("odd")]
        self.expect_alike(loop(nodes, ["s"], ["t"], {"count": np.array(3)}, ["last"]))

    def test_a_scan_of_columns_from_the_end(self):
        scanned = body([NODE("Add", ["s", "r"], ["t"]), NODE("Neg", ["t"], ["u"])],
                       [("s", TensorProto.FLOAT), ("r", TensorProto.FLOAT)], ["t", "u"])
        node = NODE("Scan", ["s0", "x"], ["last", "all"], body=scanned, num_scan_inputs=1, scan_input_axes=[1],
                    scan_input_directions=[1], scan_output_axes=[-1], scan_output_directions=[1])
        self.expect_alike(mutant([node], {"s0": np.zeros(4, np.float32), "x": X}, ["last", "all"]))


class Wrong:
    """Landfall that takes Add for Sub in these nodes of a model."""

    Error = landfall.Error

    def __init__(self, nodes):
        self.nodes = nodes

    def compile(self, model, **options):
        copy = onnx.ModelProto.FromString(model.SerializeToString())
        for node in self.nodes(copy.graph):
            node.op_type = "Sub" if node.op_type == "Add" else node.op_type
        return landfall.compile(copy, **options)


def inside(graph):
    return (node for outer in graph.node for body in subgraphs(outer) for node in all_nodes(body))


class Judged(unittest.TestCase):
    def verdict(self, model, library=landfall):
        return Judge(library, "null").look_at(model)

    def test_rounding_inside_of_a_loop(self):
        """The least imaginary part of a real signal's transform: those that are 0 but for rounding are compared."""
        nodes = [NODE("DFT", ["x", "", "axis"], ["d"]), NODE("ArgMin", ["d"], ["t"], axis=1, keepdims=0)]
        kinds = []
        for seed in range(4):
            signal = np.random.default_rng(seed).standard_normal((1, 2, 1)).astype(np.float32)
            model = loop(nodes, [], ["t"], {"x": signal, "axis": np.array(1), "count": np.array(2)}, ["all"])
            kinds.append(self.verdict(model).kind)
        self.assertIn("amplified", kinds)
        self.assertLessEqual(set(kinds), {"amplified", "agrees"})

    def test_an_intermediate_result_of_the_rival_that_overflows(self):
        """A group of one element has its bias for a result, whose square float32 does not hold."""
        feeds = {"x": np.array([[1, 1e30]], np.float32), "one": np.ones(2, np.float32), "bias": np.ones(2, np.float32)}
        node = NODE("GroupNormalization", ["x", "one", "bias"], ["y"], num_groups=2)
        self.assertEqual(self.verdict(mutant([node], feeds, ["y"])).kind, "rival's own")

    def test_the_node_inside_of_a_loop_that_is_wrong(self):
        nodes = [NODE("Neg", ["s"], ["n"]), NODE("Add", ["n", "x"], ["t"])]
        model = loop(nodes, ["s"], ["t"], {"count": np.array(3)}, ["last"])
        verdict = self.verdict(model, Wrong(all_nodes))
        self.assertEqual((verdict.kind, verdict.operator), ("wrong", "Add"))

    def test_a_node_that_is_wrong_inside_of_bodies_only(self):
        model = loop([NODE("Add", ["s", "x"], ["t"])], ["s"], ["t"], {"count": np.array(2)}, ["last"])
        verdict = self.verdict(model, Wrong(inside))
        self.assertEqual((verdict.kind, verdict.operator), ("wrong", "Loop"))


if __name__ == "__main__":
    unittest.main()
