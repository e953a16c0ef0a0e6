"""The program under test and a small model: what the tests of the command line
share. The importing test is given the program as its first argument.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # short_chip

PROGRAM = os.path.abspath(sys.argv.pop(1))


def save_model(path):
    """y = Relu(x . weight + bias), x: float32 N x 3; s = the sum of y."""
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((3, 4)).astype(np.float32)
    bias = np.array([0.5, -0.5, 0, 1], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "weight"], ["product"], "multiply"),
            helper.make_node("Add", ["product", "bias"], ["sum"], "add"),
            helper.make_node("Relu", ["sum"], ["y"], "relu"),
            helper.make_node("ReduceSum", ["y"], ["s"], "total", keepdims=0),
        ],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [
            helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4]),
            helper.make_tensor_value_info("s", TensorProto.FLOAT, []),
        ],
        [
            numpy_helper.from_array(weight, "weight"),
            numpy_helper.from_array(bias, "bias"),
        ],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(model, path)
    return lambda x: np.maximum(x @ weight + bias, 0)


LONG = """<ir_version: 10, opset_import: ["" : 21]>
    g (float[n] x, float[3] w) => (float[n] q, float[3] v) { q = Exp(x) v = Neg(w) }"""


class CommandLine(unittest.TestCase):
    """Has the model, its package and a folder in which the program runs."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        cls.model = cls.path("small.onnx")
        cls.expected = staticmethod(save_model(cls.model))
        cls.package = cls.path("small.lfm")
        cls.tell("compile", cls.model, "-o", cls.package)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.folder, *parts)

    @classmethod
    def start(cls, *arguments):
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True, cwd=cls.folder
        )

    @classmethod
    def tell(cls, *arguments):
        """Runs a command that must succeed and, in a pipe, be quiet."""
        done = cls.start(*arguments)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"{arguments}: {done.returncode}\n{done.stderr}")
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.tell(*arguments, "--json"))

    def refuses(self, code, words, *arguments):
        done = self.start(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)
        self.assertEqual(done.stderr.strip().count("\n"), 0, done.stderr)
        self.assertIn(words, done.stderr)
