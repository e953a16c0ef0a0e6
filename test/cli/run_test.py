"""What the command `run` takes and prints.

    run_test.py build/bin/landfall
"""

import json
import os
import shutil
import unittest
import zipfile

import numpy as np
import onnx
import onnx.parser
from onnx import TensorProto, helper, numpy_helper

from command_line import CommandLine


class Runs(CommandLine):
    def test_names_of_several_extents_and_default_values(self):
        text = """<ir_version: 10, opset_import: ["" : 21]>
            g (float[n] x, float[n] a, float[1] scale) => (float[7] y) <float[1] scale = {2}> {
                b = Concat<axis = 0>(x, a)  y = Mul(b, scale) }"""
        path = self.path("names.onnx")
        onnx.save(onnx.parser.parse_model(text), path)
        done = self.start("run", path, "--shape", "x=3", "--shape", "a=5", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["inputs"][2]["source"], "default")
        self.assertEqual(done.stderr.count("warning: "), 1, done.stderr)
        self.assertIn("'n' is already 3", done.stderr)
        self.refuses(1, "'n' is already 3", "run", path, "--strict-names", "--shape", "x=3", "--shape", "a=5")
        self.tell("run", path, "--dim", "n=3", "--input", "scale=4")

    def test_free_dimensions_are_one_and_it_says_so(self):
        self.assertIn("N was taken as 1", self.tell("run", self.model))
        report = self.ask("run", self.package)
        self.assertEqual(report["inputs"][0]["shape"], [1, 3])
        self.assertEqual(report["assumed_1"], ["N"])

    def test_shape_and_dim(self):
        for choice in [["--shape", "x=7x3"], ["--shape", "7x3"], ["--dim", "N=7"]]:
            report = self.ask("run", self.package, *choice)
            self.assertEqual(report["outputs"][0]["shape"], [7, 4])
            self.assertEqual(report["assumed_1"], [])

    def test_files_in_and_out(self):
        x = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)
        np.save(self.path("x.npy"), x)
        np.save(self.path("columns_first.npy"), np.asfortranarray(x))
        np.savez(self.path("x.npz"), x=x)
        np.savez_compressed(self.path("packed.npz"), x=x, other=x[:1])
        with open(self.path("x.pb"), "wb") as file:
            file.write(numpy_helper.from_array(x).SerializeToString())
        for name in ["x.npy", "columns_first.npy", "x.npz", "packed.npz", "x.pb"]:
            for option in [f"x=@{name}", f"@{name}"]:
                with self.subTest(option):
                    self.tell("run", self.package, "--input", option,
                              "--output", "out", "--save-outputs", "out.npz")
                    y = np.load(self.path("out", "y.npy"))
                    np.testing.assert_allclose(y, self.expected(x), rtol=1e-5)
                    with np.load(self.path("out.npz")) as saved:
                        np.testing.assert_array_equal(saved["y"], y)
                        self.assertEqual(saved["s"].shape, ())
        with zipfile.ZipFile(self.path("out.npz")) as archive:
            self.assertIsNone(archive.testzip())

    def test_summary(self):
        report = self.ask("run", self.model, "--input", "x=2", "--dim", "N=3")
        y = self.expected(np.full((3, 3), 2, np.float32))
        output = report["outputs"][0]
        self.assertEqual((output["name"], output["dtype"]), ("y", "float32"))
        self.assertAlmostEqual(output["min"], y.min(), places=5)
        self.assertAlmostEqual(output["max"], y.max(), places=5)
        self.assertAlmostEqual(output["mean"], y.mean(), places=5)

    def test_random_is_the_same_every_time(self):
        def mean(seed):
            report = self.ask("run", self.package, "--input", f"x=random:{seed}")
            return report["outputs"][0]["mean"]

        self.assertEqual(mean(3), mean(3))
        self.assertNotEqual(mean(3), mean(4))

    def test_the_interpreter_agrees(self):
        shape = ["--shape", "x=5x3"]
        self.assertIn("agrees", self.tell("run", self.model, "--verify", *shape))
        cpu = self.ask("run", self.package, *shape)["outputs"][0]["mean"]
        for model in [self.model, self.package]:
            null = self.ask("run", model, "--device", "null", *shape)
            self.assertEqual(null["device"], "null")
            self.assertAlmostEqual(null["outputs"][0]["mean"], cpu, places=5)

    def test_limits(self):
        shape = ["--shape", "x=5x3"]
        self.tell("run", self.package, "--time-limit", "60", "--memory-limit", "1000000", *shape)
        self.refuses(6, "memory limit = 7", "run", self.package, "--memory-limit", "7", *shape)
        # The interpreter takes some tenths of a second for these.
        self.refuses(10, "time limit of 0.01 s", "run", self.package, "--device", "null", "--time-limit", "0.01",
                     "--shape", "x=100000x3")
        for seconds in ["-1", "nan", "soon"]:
            self.assertNotEqual(self.start("run", self.package, "--time-limit", seconds).returncode, 0)

    def test_a_device_of_ones_own_in_its_own_process(self):
        chip = self.path("own.chip")
        shutil.copy(os.path.join(os.path.dirname(__file__), "../../targets/reef/chips/reef2.chip"), chip)
        with open(chip) as file:
            text = file.read().replace("cores = 4", "cores = 3").replace("name = reef2", "name = mine")
        with open(chip, "w") as file:
            file.write(text)
        told = self.tell("run", self.model, "--device", f"reef:{chip}", "--own-process")
        self.assertIn("on mine", told)

    def test_chips_with_long_registers_have_long_stacks(self):
        gather = self.path("gather.onnx")
        random = np.random.default_rng(0)
        index = numpy_helper.from_array(random.integers(-20, 20, 64), "i")
        node = helper.make_node("Gather", ["x", "i"], ["y"])
        x = helper.make_tensor_value_info("x", TensorProto.INT8, ["n"])
        y = helper.make_tensor_value_info("y", TensorProto.INT8, [64])
        graph = helper.make_graph([node], "gather", [x], [y], [index])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), gather)
        chip = self.path("wide.chip")
        reef2 = os.path.join(os.path.dirname(__file__), "../../targets/reef/chips/reef2.chip")
        with open(reef2) as source, open(chip, "w") as file:
            text = source.read().replace("vector_bits = 512", "vector_bits = 4096")
            file.write(text.replace("scratchpad_kib = 1024", "scratchpad_kib = 512"))
        results = []
        for device in ("cpu", f"reef:{chip}"):
            self.tell("run", gather, "--shape", "x=100", "--device", device, "--save-outputs", "y.npz")
            results.append(np.load(self.path("y.npz"))["y"])
        np.testing.assert_array_equal(*results)


if __name__ == "__main__":
    unittest.main()
