"""What `landfall quantize` refuses: one line, the place, the exit code, and no file.

    refusals_test.py build/bin/landfall
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import networks
import numpy as np
import onnx
from onnx import TensorProto, helper

PROGRAM = os.path.abspath(sys.argv.pop(1))


class CommandLine(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.save("m.onnx", networks.perceptron())
        self.x = networks.normal(5, 6, 40)
        self.samples("x.npz", x=self.x)

    def save(self, name, model, **how):
        onnx.save(model, self.folder / name, **how)

    def samples(self, name, **arrays):
        np.savez(self.folder / name, **arrays)

    def start(self, *words, **more):
        return subprocess.run([PROGRAM, "quantize", *map(str, words)], cwd=self.folder, text=True, timeout=300,
                              **{"capture_output": True, **more})

    def tell(self, *words):
        done = self.start(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def refuses(self, code, words, *arguments):
        with self.subTest(arguments):
            before = self.contents()
            done = self.start(*arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertTrue(done.stderr.startswith("error: "), done.stderr)
            self.assertEqual(done.stderr.strip().count("\n"), 0, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(self.contents(), before)

    def contents(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}


class Results(CommandLine):
    def test_the_output_has_a_name_by_default(self):
        self.assertIn("2 of 2 layers quantised", self.tell("m.onnx", "--calibrate", "x.npz"))
        onnx.checker.check_model(onnx.load(self.folder / "m.int8.onnx"))
        self.tell("m.onnx", "--mode", "int4")
        self.assertTrue((self.folder / "m.int4.onnx").exists())

    def test_json_says_the_same(self):
        report = json.loads(self.tell("m.onnx", "--calibrate", "x.npz", "-o", "o.onnx", "--json", "--sensitivity"))
        self.assertEqual([layer["precision"] for layer in report["layers"]], ["int8", "int8"])
        self.assertTrue(all(0 < layer["sensitivity"] < 0.1 for layer in report["layers"]))
        self.assertEqual(report["output"], "o.onnx")

    def test_help_is_the_quantisers(self):
        self.assertIn("--max-error", self.tell("--help"))

    def test_the_program_runs_what_it_writes(self):
        self.tell("m.onnx", "--calibrate", "x.npz", "-o", "o.onnx")
        done = subprocess.run([PROGRAM, "run", "o.onnx", "--input", "x=@x.npz"], cwd=self.folder, capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


class Options(CommandLine):
    def test_command_lines(self):
        for words, arguments in (
                ("arguments are required: model", []), ("unrecognized arguments: --frob", ["m.onnx", "--frob"]),
                ("expected one argument", ["m.onnx", "--calibrate"]),
                ("invalid choice: 'int3'", ["m.onnx", "--mode", "int3"]),
                ("invalid float value: 'few'", ["m.onnx", "--max-error", "few"]),
                ("static quantisation needs calibration samples", ["m.onnx"]),
                ("a bound of the error needs", ["m.onnx", "--mode", "int4", "--max-error", "0.1"]),
                ("sensitivities need", ["m.onnx", "--mode", "dynamic", "--sensitivity"]),
                ("a power of two", ["m.onnx", "--mode", "int4", "--block", "24"]),
                ("below 0", ["m.onnx", "--mode", "int4", "--threads", "-1"]),
                ("it must be above 0", ["m.onnx", "--calibrate", "x.npz", "--max-error", "0"]),
                ("it must be above 0", ["m.onnx", "--calibrate", "x.npz", "--max-error", "nan"]),
                ("leave none of the 2 layers", ["m.onnx", "--calibrate", "x.npz", "--only", "/nothing/*"]),
                ("leave none of the 2 layers", ["m.onnx", "--calibrate", "x.npz", "--exclude", "MatMul", "--exclude",
                                                "hidden"]),
                ("no layer can be quantised within an error of 1e-09", ["m.onnx", "--calibrate", "x.npz", "--max-error",
                                                                        "1e-9"])):
            self.refuses(1, words, *arguments)

    def test_errors_are_json_too(self):
        done = self.start("nope.onnx", "--mode", "int4", "--json")
        error = json.loads(done.stdout)["error"]
        self.assertEqual((done.returncode, error["code"], error["file"]), (5, "io", "nope.onnx"))

    def test_a_package_that_is_missing(self):
        hide = "import runpy, sys; sys.modules['onnx'] = None; runpy.run_module('landfall.quantize', run_name='__main__')"
        done = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (3, "error: the quantiser needs the Python package 'onnx'\n"))

    def test_the_module_is_called_as_the_function_is(self):
        code = "import landfall.quantize; landfall.quantize('nope.onnx', mode='int4')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertIn("landfall.Error: nope.onnx: there is no such file", done.stderr)

    def test_pythons_that_do_not_serve(self):
        self.refuses(3, "nope/python cannot be started; --python names another", "--python", "nope/python", "m.onnx")
        bare = self.folder / "bare"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
        self.refuses(3, "lacks numpy, onnx, onnxruntime", f"--python={bare}/bin/python", "m.onnx")


class Calibration(CommandLine):
    def refuses_samples(self, code, words, model="m.onnx", **arrays):
        self.samples("bad.npz", **arrays)
        self.refuses(code, words, model, "--calibrate", "bad.npz")

    def test_samples_that_do_not_fit(self):
        x = self.x
        self.refuses_samples(1, "bad.npz: there are no calibration samples")
        self.refuses_samples(1, "the model has no input 'y'; its inputs are 'x'", y=x)
        self.refuses_samples(1, "has elements of type float64; the model takes float32", x=x.astype("f8"))
        self.refuses_samples(1, "has the shape 6x39; the model's input takes nx40", x=x[:, 1:])
        self.refuses_samples(1, "has the shape 240", x=x.ravel())
        self.refuses_samples(1, "'x' contains NaN", x=np.where(x > 2, np.float32("nan"), x))
        self.refuses_samples(1, "'x.1' contains infinity", **{"x.0": x, "x.1": x * np.float32("inf")})
        self.refuses_samples(1, "has no 'x.1'; samples are numbered from 0", **{"x.0": x, "x.2": x})
        self.refuses_samples(1, "has both 'x' and 'x.0'", **{"x.0": x, "x": x})

    def test_inputs_without_samples(self):
        model = networks.perceptron()
        model.graph.input.append(helper.make_tensor_value_info("offset", TensorProto.FLOAT, [10]))
        model.graph.node[-1].input[1] = "offset"
        self.save("two.onnx", model)
        offset = networks.normal(6, 2, 10)
        self.refuses_samples(1, "the model's input 'offset' has no calibration sample; arrays are 'x'", "two.onnx",
                             x=self.x)
        self.refuses_samples(1, "'offset' has 2 samples, but 'x' has 3", "two.onnx", x=self.x.reshape(3, 2, 40),
                             offset=offset)

    def test_files_that_are_no_archives(self):
        np.save(self.folder / "one.npy", self.x)
        (self.folder / "damaged.npz").write_bytes((self.folder / "x.npz").read_bytes()[:-30])
        (self.folder / "folder.npz").mkdir()
        os.mkfifo(self.folder / "pipe.npz")
        self.samples("objects.npz", x=np.array([{}, None], object))
        for code, words, name in ((5, "no such file", "nope.npz"), (5, "not a regular file", "folder.npz"),
                                  (5, "not a regular file", "pipe.npz"), (1, "not an .npz file", "one.npy"),
                                  (1, "not an .npz file", "damaged.npz"),
                                  (1, "array 'x' cannot be read", "objects.npz")):
            self.refuses_one(code, words, name)

    def refuses_one(self, code, words, name):
        done = self.start("m.onnx", "--calibrate", name)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(f"error: {name}: ", done.stderr)
        self.assertIn(words, done.stderr)

    def test_samples_on_which_the_model_fails(self):
        model = networks.perceptron()
        weight = model.graph.initializer[0]
        weight.raw_data = np.full(weight.dims, 3e38, np.float32).tobytes()
        self.save("huge.onnx", model)
        self.refuses(7, "NaN in calibration sample 0", "huge.onnx", "--calibrate", "x.npz")
        add = helper.make_node("Add", ["x", "other"], ["y"], "add")
        model = networks.model([helper.make_node("MatMul", ["x", "w"], ["p"], "product"), add],
                               {"x": ["n", 4], "other": ["m", 4]}, {"y": None, "p": None},
                               {"w": networks.normal(1, 4, 4)})
        self.save("add.onnx", model)
        self.samples("add.npz", x=networks.normal(1, 2, 4), other=networks.normal(2, 3, 4))
        self.refuses(7, "add.onnx: fails on a calibration sample", "add.onnx", "--calibrate", "add.npz")


class Models(CommandLine):
    def test_files_that_are_no_models(self):
        (self.folder / "empty.onnx").write_bytes(b"")
        (self.folder / "text.onnx").write_bytes(b"not a model")
        (self.folder / "folder.onnx").mkdir()
        for code, words, name in ((5, "there is no such file", "nope.onnx"), (5, "not a regular file", "folder.onnx"),
                                  (2, "not an ONNX model", "empty.onnx"), (2, "not an ONNX model", "text.onnx")):
            self.refuses(code, f"error: {name}: {words}", name, "--calibrate", "x.npz")

    def test_models_that_break_rules(self):
        model = networks.perceptron()
        model.graph.node[2].input[0] = "nobody"
        self.save("bad.onnx", model)
        self.refuses(2, "bad.onnx: onnxruntime refuses the model", "bad.onnx", "--calibrate", "x.npz")

    def test_external_data_that_is_not_there(self):
        self.save("outside.onnx", networks.perceptron(), save_as_external_data=True, location="w.bin", size_threshold=0)
        (self.folder / "w.bin").write_bytes(b"short")
        self.refuses(5, "outside.onnx: the external data of 'w0'", "outside.onnx", "--calibrate", "x.npz")
        (self.folder / "w.bin").unlink()
        self.refuses(5, "outside.onnx: 'w0' is in 'w.bin', which is not a regular file", "outside.onnx", "--calibrate",
                     "x.npz")

    def test_models_without_anything_to_quantise(self):
        relu = networks.model([helper.make_node("Relu", ["x"], ["y"], "relu")], {"x": ["n", 40]}, {"y": ["n", 40]}, {})
        self.save("relu.onnx", relu)
        for mode in ("static", "dynamic", "int4"):
            self.refuses(3, f"relu.onnx: there is nothing to quantise for mode {mode}: the model has no", "relu.onnx",
                         "--calibrate", "x.npz", "--mode", mode)
        half = networks.model([helper.make_node("Cast", ["x"], ["h"], to=TensorProto.FLOAT16),
                               helper.make_node("MatMul", ["h", "w"], ["p"]),
                               helper.make_node("Cast", ["p"], ["y"], to=TensorProto.FLOAT)],
                              {"x": ["n", 40]}, {"y": ["n", 4]}, {"w": networks.normal(1, 40, 4).astype("f2")})
        self.save("half.onnx", half)
        self.refuses(3, "compute in float16", "half.onnx", "--calibrate", "x.npz")

    def test_models_that_are_quantised_already(self):
        self.tell("m.onnx", "--calibrate", "x.npz", "-o", "done.onnx")
        self.refuses(3, "(QuantizeLinear): the model is quantised already", "done.onnx", "--calibrate", "x.npz")

    def test_opsets_that_cannot_be_converted(self):
        model = networks.convolutions(11)
        model.graph.node.append(helper.make_node("Crop", ["image"], ["cropped"], "old", border=[0, 0, 0, 0]))
        model.opset_import[0].version = 6
        self.save("old.onnx", model)
        self.samples("image.npz", **networks.images((1, 3, 9, 8)))
        done = self.start("old.onnx", "--calibrate", "image.npz")
        self.assertIn(done.returncode, (2, 3), done.stderr)
        self.assertEqual(done.stderr.strip().count("\n"), 0, done.stderr)
        self.assertTrue(done.stderr.startswith("error: old.onnx: "), done.stderr)


class Outputs(CommandLine):
    def test_outputs_that_would_overwrite_what_is_read(self):
        (self.folder / "link.onnx").symlink_to("m.onnx")
        os.link(self.folder / "m.onnx", self.folder / "hard.onnx")
        for name in ("m.onnx", "./m.onnx", "link.onnx", "hard.onnx", "x.npz"):
            self.refuses(1, "which is read", "m.onnx", "--calibrate", "x.npz", "-o", name)

    def test_outputs_that_cannot_be_written(self):
        (self.folder / "folder").mkdir()
        self.refuses(5, "there is no folder 'nope'", "m.onnx", "--calibrate", "x.npz", "-o", "nope/out.onnx")
        self.refuses(5, "not a regular file", "m.onnx", "--calibrate", "x.npz", "-o", "folder")
        for streams in (">&-", ">/dev/full"):
            done = subprocess.run(["bash", "-c", f'"$0" quantize m.onnx --calibrate x.npz {streams}', PROGRAM],
                                  cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertEqual(done.stderr.strip().count("\n"), 0, done.stderr)

    def test_signals_leave_nothing_behind(self):
        model, arrays = networks.of_bench("YOLO-like")
        self.save("yolo.onnx", model)
        self.samples("yolo.npz", **arrays)
        before, temporary = set(self.contents()), self.folder / "temporary"
        temporary.mkdir()
        for number in (signal.SIGTERM, signal.SIGINT):
            child = subprocess.Popen(
                [PROGRAM, "quantize", "yolo.onnx", "--calibrate", "yolo.npz", "--max-error", "1e-3"], cwd=self.folder,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env={**os.environ, "TMPDIR": str(temporary)})
            deadline = time.monotonic() + 60
            while not list(temporary.glob("landfall*")) and time.monotonic() < deadline:
                time.sleep(0.01)  # Until it works.
            child.send_signal(number)
            output, error = child.communicate(timeout=300)
            self.assertNotEqual(child.returncode, 0)
            self.assertNotIn("Traceback", error)
            self.assertEqual(set(self.contents()), before)
            self.assertEqual(list(temporary.glob("landfall*")), [])


if __name__ == "__main__":
    unittest.main()
