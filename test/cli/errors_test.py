"""Help and refusals: the exit code, the line on standard error, the error as data.

    errors_test.py build/bin/landfall
"""

import json
import subprocess
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from command_line import CommandLine, PROGRAM


class Errors(CommandLine):
    def test_help_and_version(self):
        self.assertRegex(self.tell("--version"), r"^landfall (\d+\.\d+\.\d+)\nlibrary +\1\nbuilt +.*optimised\n"
                         r"system +\S+, glibc \d\S+\ndevices +(\S+, )*cpu,.*\n$")
        self.assertIn("Exit codes", self.tell("--help"))
        for command in ["run", "compile", "bench", "explain"]:
            self.assertIn("Examples:", self.tell(command, "--help"))

    def test_wrong_usage(self):
        self.assertEqual(self.start().returncode, 1)
        self.refuses(1, "no command 'frobnicate'", "frobnicate")
        self.refuses(1, "model", "run")
        self.refuses(1, "--frob", "run", self.model, "--frob")
        self.refuses(1, "--threads", "run", self.model, "--threads", "many")
        self.refuses(1, "--against", "bench", self.model, "--against", "luck")

    def test_bad_inputs(self):
        np.save(self.path("double.npy"), np.zeros((1, 3)))
        np.save(self.path("object.npy"), np.array([{}], dtype=object))
        np.save(self.path("wide.npy"), np.zeros((2, 9), np.float32))
        np.savez(self.path("two.npz"), a=np.zeros(3), b=np.zeros(3))
        with open(self.path("wide.npy"), "rb") as file:
            whole = file.read()
        for name, size in [("header.npy", 20), ("data.npy", 150)]:
            with open(self.path(name), "wb") as file:
                file.write(whole[:size])
        for name in ["noise.npz", "noise.pb", "noise.npy"]:
            with open(self.path(name), "wb") as file:
                file.write(b"\xff" * 100)

        def refused(code, words, option):
            with self.subTest(option):
                self.refuses(code, words, "run", self.package, "--input", option)

        refused(5, "No such file", "x=@missing.npy")
        refused(1, "float64", "x=@double.npy")
        refused(1, "Python objects", "x=@object.npy")
        refused(1, "2x9", "x=@wide.npy")
        refused(1, "'a', 'b'", "x=@two.npz")
        refused(1, "truncated", "x=@header.npy")
        refused(1, "truncated", "x=@data.npy")
        refused(1, "not a .npz", "x=@noise.npz")
        refused(1, "noise.pb", "x=@noise.pb")
        refused(1, "not a .npy", "x=@noise.npy")
        refused(1, ".npy, .npz or .pb", "x=@small.onnx")
        refused(1, "no input 'z'", "z=1")
        refused(1, "random:SEED", "x=text")

    def test_bad_shapes(self):
        def refused(code, words, *options):
            self.refuses(code, words, "run", self.package, *options)

        refused(1, "2x5", "--shape", "x=2x5")
        refused(1, "rank", "--shape", "x=2")
        refused(1, "--shape", "--shape", "x=two")
        refused(1, "'N'", "--dim", "M=2")
        refused(6, "memory", "--dim", "N=1000000000000000")

    def test_bad_models(self):
        with open(self.package, "rb") as file:
            whole = file.read()
        with open(self.path("short.lfm"), "wb") as file:
            file.write(whole[:1000])
        with open(self.path("noise.onnx"), "wb") as file:
            file.write(b"\xff" * 100)
        self.refuses(5, "missing.onnx", "run", "missing.onnx")
        self.refuses(4, "truncated", "run", "short.lfm")
        self.refuses(2, "noise.onnx", "run", "noise.onnx")
        self.refuses(1, "gpu9", "run", self.package, "--device", "gpu9")
        self.refuses(1, "entry", "run", self.package, "--entry", "other")

    def test_unwritable_outputs(self):
        self.refuses(5, "small.onnx", "run", self.package, "--output",
                     "small.onnx/out")
        self.refuses(5, "nowhere", "run", self.package, "--save-outputs",
                     "nowhere/out.npz")

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "devices"], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 5)
        self.assertIn("No space left", done.stderr)

    def error_of(self, code, *arguments):
        """The error object, whose text is what standard error has."""
        done = self.start(*arguments, "--json")
        self.assertEqual(done.returncode, code, done.stderr)
        error = json.loads(done.stdout)["error"]
        self.assertEqual(done.stderr, f"error: {error['message']}\n")
        self.assertIn(error["reason"], error["message"])
        return error

    def place(self, error):
        return [error[key] for key in ("code", "file", "node", "operator", "enclosing", "sizes")]

    def save_nodes(self, name, nodes, *inputs):
        outputs = [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)]
        graph = helper.make_graph(nodes, "graph", inputs, outputs)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), self.path(name))
        return name

    def test_errors_of_an_import_are_data(self):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
        each = helper.make_tensor_value_info("each", TensorProto.FLOAT, [])
        z = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)

        def softmax(name):
            return helper.make_node("Softmax", ["x"], ["z"], name, axis=7)

        body = helper.make_graph([softmax("inner")], "body", [each], [z])
        scan = helper.make_node("Scan", ["x"], ["z"], "scan", body=body, num_scan_inputs=1)
        for node, name, enclosing in ((softmax("soft"), "soft", []), (softmax(""), "z", []), (scan, "inner", ["scan"])):
            path = self.save_nodes("refused.onnx", [node], x)
            for command in ("run", "compile", "explain"):
                self.assertEqual(self.place(self.error_of(2, command, path)),
                                 ["invalid_model", path, name, "Softmax", enclosing, {}])

    def test_errors_of_a_run_are_data(self):
        x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [dim]) for name, dim in (("x", "n"), ("y", "m")))
        path = self.save_nodes("add.onnx", [helper.make_node("Add", ["x", "y"], ["z"], "sum")], x, y)
        wrong = ["run_failed", path, "sum", "Add", [], {"n": 3, "m": 4}]
        sizes = ["--dim", "n=3", "--dim", "m=4"]
        self.assertEqual(self.place(self.error_of(7, "run", path, *sizes)), wrong)
        self.assertEqual(self.place(self.error_of(7, "bench", path, *sizes)), wrong)
        # The structure is told all the same.
        done = self.start("explain", path, *sizes, "--json")
        self.assertEqual(done.returncode, 7)
        report = json.loads(done.stdout)
        self.assertEqual(self.place(report["error"]), wrong)
        self.assertEqual(len(report["kernels"]), 1)

    def test_errors_of_files_and_command_lines_are_data(self):
        with open(self.package, "rb") as file, open(self.path("cut.lfm"), "wb") as short:
            short.write(file.read()[:1000])
        self.assertEqual(self.place(self.error_of(4, "run", "cut.lfm")),
                         ["invalid_package", "cut.lfm", None, None, [], {}])
        self.assertEqual(self.place(self.error_of(5, "run", "none.lfm")), ["io", "none.lfm", None, None, [], {}])
        self.assertEqual(self.error_of(1, "run", self.package, "--shape", "x=2")["code"], "invalid_argument")
        self.assertEqual(self.error_of(1, "run", self.package, "--wrong")["code"], "invalid_argument")
        self.assertEqual(self.error_of(1, "walk")["code"], "invalid_argument")


if __name__ == "__main__":
    unittest.main()
