"""Operators that move and compare texts, and what holds of all models of them.

    movement_test.py [unittest's options]
"""

import unittest
import warnings

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import landfall

from text_case import TextCase, model, some_texts, tensor, texts


class Movement(TextCase):
    def setUp(self):
        self.random = np.random.default_rng(5)
        self.x = some_texts(self.random, 3, 4)

    def test_operators_that_move_elements(self):
        x = self.x
        ints = lambda *values: np.array(values, np.int64)  # noqa: E731
        for op, operands, expected, attributes in [
                ("Identity", {}, x, {}),
                ("Transpose", {}, x.T, {}),
                ("Flatten", {}, x.reshape(1, 12), {"axis": 0}),
                ("Reshape", {"s": ints(2, 6)}, x.reshape(2, 6), {}),
                ("Unsqueeze", {"s": ints(1)}, x[:, None], {}),
                ("Gather", {"s": ints(2, 0, -1)}, x[[2, 0, -1]], {}),
                ("Slice", {"s": ints(1), "e": ints(3), "a": ints(1)}, x[:, 1:3], {}),
                ("Tile", {"s": ints(2, 1)}, np.tile(x, (2, 1)), {}),
                ("Expand", {"s": ints(2, 3, 4)}, np.broadcast_to(x, (2, 3, 4)), {}),
                ("Concat", {"s": x[:1]}, np.concatenate([x, x[:1]]), {"axis": 0}),
                ("GatherElements", {"s": np.ones((3, 4), np.int64)}, x[[1] * 3], {}),
                ("Pad", {"s": ints(0, 1, 0, 0)}, np.concatenate([texts([""] * 3, (3, 1)), x], 1), {}),
                ("Pad", {"s": ints(1, 0, 0, 0), "v": texts("ä")}, np.concatenate([texts(["ä"] * 4, (1, 4)), x]), {}),
                ("Trilu", {}, np.where(np.triu(np.ones((3, 4), bool)), x, ""), {}),
                ("Compress", {"s": np.array([True, False, True])}, x[[0, 2]], {"axis": 0}),
                ("ScatterElements", {"s": np.full((1, 4), 2), "u": texts(["p", "q", "r", "s"], (1, 4))},
                 np.concatenate([x[:2], texts(["p", "q", "r", "s"], (1, 4))]), {"axis": 0}),
                ("ReverseSequence", {"s": np.full(4, 3)}, x[::-1], {}),
        ]:
            with self.subTest(op=op):
                constants = [name for name in operands if op not in ("Concat", "Compress", "ScatterElements")]
                self.one(op, {"x": x, **operands}, [expected], constants=constants, **attributes)

    def test_operators_that_take_images_apart(self):
        x = texts(["a", "", "c", "d"], (1, 1, 2, 2))
        ints = lambda *values: np.array(values, np.int64)  # noqa: E731
        self.one("SpaceToDepth", {"x": x}, [x.reshape(1, 4, 1, 1)], blocksize=2)
        self.one("DepthToSpace", {"x": x.reshape(1, 4, 1, 1)}, [x], blocksize=2)
        self.one("CenterCropPad", {"x": x[0, 0], "s": ints(4, 1)}, [texts(["", "a", "c", ""], (4, 1))], constants=["s"])
        self.one("Resize", {"x": x, "s": np.array([1, 1, 2, 1], np.float32)}, [x.repeat(2, 2)], opset=10, constants=["s"],
                 mode="nearest")
        self.one("GridSample", {"x": x, "g": np.array([[[[-1, -1], [1, 1]]]], np.float32)}, [texts(["a", "d"], (1, 1, 1, 2))],
                 mode="nearest", align_corners=1)

    def test_operators_with_indices(self):
        x = texts(["a", "", "c", "d"])
        ints = lambda *values: np.array(values, np.int64)  # noqa: E731
        self.one("NonZero", {"x": x}, [ints(0, 2, 3)[None]])
        self.one("Size", {"x": x}, [np.array(4)])
        self.one("Split", {"x": x}, [x[:2], x[2:]], outputs=2, num_outputs=2)
        self.one("GatherND", {"x": x, "i": ints(3, 0)[:, None]}, [texts(["d", "a"])], constants=["i"])
        self.one("ScatterND", {"x": x, "i": ints(1)[:, None], "u": texts(["new"])}, [texts(["a", "new", "c", "d"])],
                 constants=["i"])
        self.one("OneHot", {"i": ints(1, 0), "n": np.array(2), "v": texts(["off", "on"])},
                 [texts([["off", "on"], ["on", "off"]])], constants=["n"])
        self.one("ArrayFeatureExtractor", {"x": x.reshape(2, 2), "i": ints(1)}, [texts([[""], ["d"]])], domain="ai.onnx.ml")

    def test_where_and_equal_broadcast(self):
        condition = np.array([[True], [False], [True]])
        other = some_texts(self.random, 4)
        self.one("Where", {"c": condition, "x": self.x, "o": other}, [np.where(condition, self.x, other)])
        self.one("Equal", {"x": self.x, "o": other}, [self.x == other])

    def test_shapes_without_elements_and_without_extents(self):
        self.one("Identity", {"x": texts([], (0, 3))}, [texts([], (0, 3))])
        self.one("Identity", {"x": texts("ä")}, [texts("ä")])
        self.one("Concat", {"x": texts([], (0,)), "o": texts(["a"])}, [texts(["a"])], axis=0)

    def test_any_bytes_pass(self):
        x = texts(["a\0b", "", "\0", "x" * 100000, "\0\0"])
        self.one("Identity", {"x": x}, [x])

    def test_constants(self):
        nodes = [helper.make_node("Constant", [], ["one"], value_string="x\0y"),
                 helper.make_node("Constant", [], ["list"], value_strings=["a", "", "ä"]),
                 helper.make_node("Constant", [], ["tensor"], value=tensor("t", texts(["p", "q"], (1, 2)))),
                 helper.make_node("Concat", ["list", "x"], ["all"], axis=0)]
        self.check(model(nodes, {"x": texts(["n"])}, ["one", "list", "tensor", "all"]), {"x": texts(["n"])},
                   [texts("x\0y"), texts(["a", "", "ä"]), texts(["p", "q"], (1, 2)), texts(["a", "", "ä", "n"])])

    def test_branches_loops_and_sequences(self):
        x = texts(["a", "b"])
        branch = lambda name: helper.make_graph(  # noqa: E731
            [helper.make_node("Identity", [name], [name + "1"])], name, [], [helper.make_empty_tensor_value_info(name + "1")])
        body = helper.make_graph(
            [helper.make_node("Concat", ["s", "x"], ["s1"], axis=0), helper.make_node("Identity", ["c"], ["c1"]),
             helper.make_node("Identity", ["x"], ["each"])], "body",
            [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("c", TensorProto.BOOL, []),
             helper.make_tensor_value_info("s", TensorProto.STRING, [None])],
            [helper.make_empty_tensor_value_info(name) for name in ("c1", "s1", "each")])
        nodes = [helper.make_node("If", ["yes"], ["chosen"], then_branch=branch("x"), else_branch=branch("o")),
                 helper.make_node("Loop", ["n", "", "o"], ["grown", "collected"], body=body),
                 helper.make_node("SequenceConstruct", ["x", "o"], ["list"]),
                 helper.make_node("SequenceAt", ["list", "one"], ["second"]),
                 helper.make_node("ConcatFromSequence", ["list"], ["joined"], axis=0)]
        feeds = {"x": x, "o": texts(["o"]), "yes": np.array(True), "n": np.array(2), "one": np.array(1)}
        self.check(model(nodes, feeds, ["chosen", "grown", "collected", "second", "joined"], symbolic=True), feeds,
                   [x, texts(["o", "a", "b", "a", "b"]), texts([["a", "b"]] * 2), texts(["o"]), texts(["a", "b", "o"])])

    def test_both_entry_points_of_a_package_mean_the_same_texts(self):
        # The default of d holds: only the general entry point has the other branch, and its texts come first.
        branches = {f"{name}_branch": helper.make_graph(
            [helper.make_node("Constant", [], [name], value_strings=[name])], name, [],
            [helper.make_tensor_value_info(name, TensorProto.STRING, [1])]) for name in ("then", "else")}
        nodes = [helper.make_node("If", ["d"], ["p"], **branches),
                 helper.make_node("Constant", [], ["last"], value_strings=["last"]),
                 helper.make_node("StringConcat", ["p", "x"], ["q"]), helper.make_node("StringConcat", ["q", "last"], ["y"]),
                 helper.make_node("Neg", ["z"], ["w"])]
        inputs = [helper.make_tensor_value_info(name, dtype, dims) for name, dtype, dims in (
            ("x", TensorProto.STRING, ["N"]), ("z", TensorProto.FLOAT, ["N"]), ("d", TensorProto.BOOL, []))]
        outputs = [helper.make_tensor_value_info("y", TensorProto.STRING, None),
                   helper.make_tensor_value_info("w", TensorProto.FLOAT, None)]
        graph = helper.make_graph(nodes, "graph", inputs, outputs, [numpy_helper.from_array(np.array(False), "d")])
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        compiled = landfall.compile(proto, "null")
        x = texts(["A", "B"])
        for z, given, branch in ((2, None, "else"), (2, True, "then"), (3, True, "then"), (3, False, "else")):
            feeds = {"x": x, "z": np.zeros(z, np.float32)} | ({} if given is None else {"d": np.array(given)})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                y = compiled.run(feeds)["y"]
            self.assertEqual(y.tolist(), [f"{branch}{text}last" for text in x])

    def test_what_has_no_meaning_is_refused(self):
        for op, operands in [("Add", {"x": self.x, "y": self.x}), ("Less", {"x": self.x, "y": self.x}),
                             ("ReduceMax", {"x": self.x}), ("TopK", {"x": self.x, "k": np.array([1])}),
                             ("Max", {"x": self.x})]:
            proto = model([helper.make_node(op, list(operands), ["y0", "y1"][:1 + (op == "TopK")], "n")], operands, ["y0"])
            with self.assertRaises(landfall.Error, msg=op) as refused:
                landfall.compile(proto, device="null")
            self.assertRegex(str(refused.exception), "string")

    def test_many_texts(self):
        proto = model([helper.make_node("Equal", ["x", "x"], ["y"]), helper.make_node("Identity", ["x"], ["z"])],
                      {"x": texts(["a"])}, ["y", "z"], symbolic=True)
        x = texts([f"text number {k}" for k in range(100000)])
        result = landfall.compile(proto, device="cpu").run({"x": x})
        self.assertTrue(result["y"].all())
        self.assertEqual(result["z"].tolist(), x.tolist())


if __name__ == "__main__":
    unittest.main()
