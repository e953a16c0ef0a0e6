"""One package on processors of several kinds, emulated: results, refusals.

    hosts_test.py PROGRAM
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

import hosts

PROGRAM = os.path.abspath(sys.argv.pop(1))
WORKING = [name for name in hosts.HOSTS if not hosts.missing(name)]


def network():
    """Products of matrices, a convolution, sums of squares and functions, of free
    sizes."""
    random = np.random.default_rng(1)

    def constant(name, *shape):
        return onnx.numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), name)

    nodes = [helper.make_node("Conv", ["x", "kernel", "bias"], ["a"], pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["a"], ["b"]),
             helper.make_node("GlobalAveragePool", ["b"], ["c"]),
             helper.make_node("Flatten", ["c"], ["d"]),
             helper.make_node("LayerNormalization", ["d", "scale", "shift"], ["e"]),
             helper.make_node("MatMul", ["e", "weights"], ["f"]),
             helper.make_node("Sin", ["f"], ["g"]),
             helper.make_node("Gelu", ["g"], ["h"]),
             helper.make_node("Softmax", ["h"], ["y"])]
    graph = helper.make_graph(
        nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 37])],
        [constant("kernel", 21, 3, 3, 3), constant("bias", 21), constant("scale", 21), constant("shift", 21),
         constant("weights", 21, 37)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


class Hosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        onnx.save(network(), cls.folder / "network.onnx")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def compiled(self, *variants):
        path = self.folder / f"{'_'.join(variants)}.lfm"
        options = [word for variant in variants for word in ("--variant", variant)]
        subprocess.run([PROGRAM, "compile", self.folder / "network.onnx", "-o", path, *options], check=True,
                       capture_output=True)
        return path

    def runner(self, *options):
        runner = hosts.Runner(*options)
        self.addCleanup(runner.stop)
        return runner

    def test_one_package_runs_everywhere(self):
        import landfall

        path = self.compiled("all")
        here = landfall.load(path)
        random = np.random.default_rng(2)
        for shape in ((1, 3, 8, 8), (3, 3, 17, 5)):
            x = random.standard_normal(shape).astype(np.float32)
            expected = here.run({"x": x})["y"]
            for name in WORKING:
                with self.subTest(name, shape=shape):
                    [y] = self.runner(name, "--verify").run(path, [x])
                    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-6)

    def test_refusals_name_what_there_is(self):
        path = self.compiled("avx2")
        x = np.zeros((1, 3, 8, 8), np.float32)
        for name in WORKING:
            with self.subTest(name), self.assertRaises(RuntimeError) as caught:
                self.runner(name).run(path, [x])
            for part in ("holds x86_64-avx2", f"--variant {name}"):
                self.assertIn(part, str(caught.exception))


if __name__ == "__main__":
    for name in hosts.HOSTS:
        if lacking := hosts.missing(name):
            print(f"{name} is left out: there is no {lacking}")
    if not WORKING:
        sys.exit(77)
    unittest.main()
