"""build/bin/landfall from outside: what it prints, writes and exits with.

    cli_test.py build/bin/landfall
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import numpy as np
import onnx
import onnx.parser
import onnx.utils
from onnx import TensorProto, helper, numpy_helper

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


class CliTest(unittest.TestCase):
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

    # -- names and defaults -----------------------------------------------------

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

    def test_fixed_extents_are_made_free(self):
        text = """<ir_version: 10, opset_import: ["" : 21]>
            g (float[2, 6, 4] x, float[2, 6] m) => (y) <int64[2] flat = {12, 4}, int64[2] column = {12, 1}> {
                a = Reshape(x, flat)  b = Reshape(m, column)  y = Mul(a, b) }"""
        path, package = self.path("fixed.onnx"), self.path("free.lfm")
        onnx.save(onnx.parser.parse_model(text), path)
        free = ["--dynamic", "x=n,?,4", "--dynamic", "m=n,?"]
        named = ["--dynamic", "x=n,t,4", "--dynamic", "m=n,t"]
        self.tell("compile", path, *named, "-o", package)
        for arguments in (["run", package], ["run", path, *named]):
            report = self.ask(*arguments, "--dim", "n=3", "--dim", "t=5")
            self.assertEqual(report["outputs"][0]["shape"], [15, 4])
        self.refuses(3, "giving 'y' (Mul", "compile", path, *free, "-o", package)
        self.refuses(1, "several inputs", "compile", path, "--dynamic", "?x?x4", "-o", package)
        self.refuses(1, "no tensor input 'z'", "compile", path, "--dynamic", "z=?", "-o", package)
        self.refuses(1, "two shapes", "compile", path, "--dynamic", "m=?x?", "--dynamic", "m=?x6", "-o", package)

    def test_wrong_declarations_are_warnings(self):
        path = self.path("declared.onnx")
        onnx.save(onnx.parser.parse_model(
            '<ir_version: 10, opset_import: ["" : 21]> g (float[2] x) => (float[3] y) { y = Neg(x) }'), path)
        done = self.start("compile", path, "-o", self.path("declared.lfm"))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "warning: 'y' is declared with the shape [3], but it has the shape [2]; "
                         "the declaration is ignored\n")

    # -- help -----------------------------------------------------------------

    def test_help_and_version(self):
        self.assertRegex(self.tell("--version"), r"^landfall \d+\.\d+\.\d+\n$")
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

    # -- run ------------------------------------------------------------------

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

    # -- errors as data -------------------------------------------------------

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
        c = helper.make_tensor_value_info("c", TensorProto.BOOL, [])
        z = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)

        def softmax(name):
            return helper.make_node("Softmax", ["x"], ["z"], name, axis=7)

        branches = [helper.make_graph([node], "branch", [], [z]) for node in (
            softmax("inner"), helper.make_node("Relu", ["x"], ["z"]))]
        choose = helper.make_node("If", ["c"], ["z"], "choose", then_branch=branches[0], else_branch=branches[1])
        for node, inputs, name, enclosing in ((softmax("soft"), [x], "soft", []), (softmax(""), [x], "z", []),
                                              (choose, [x, c], "inner", ["choose"])):
            path = self.save_nodes("refused.onnx", [node], *inputs)
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

    # -- compile --------------------------------------------------------------

    def test_compile(self):
        self.assertIn("here.lfm", self.tell("compile", self.model, "-o", "here.lfm"))
        report = self.ask("compile", self.model, "--variant", "native",
                          "-o", "native.lfm")
        self.assertEqual(report["output"], "native.lfm")
        self.assertEqual(len(report["variants"]), 1)
        self.assertEqual(report["bytes"], os.path.getsize(self.path("native.lfm")))
        self.assertGreater(report["kernels"], 0)
        self.tell("run", "here.lfm")

    def test_the_package_is_named_after_the_model(self):
        os.makedirs(self.path("models"), exist_ok=True)
        save_model(self.path("models", "other.onnx"))
        self.tell("compile", "models/other.onnx")
        self.tell("run", "other.lfm")

    def test_everything_is_computed_on_the_target(self):
        package = self.path("required.lfm")
        self.tell("compile", self.model, "-o", package, "--require-target")
        self.tell("run", package, "--require-target")
        self.tell("explain", self.model, "--no-run", "--require-target")

    def test_intermediates(self):
        def compile_with(*options):
            done = self.start("compile", self.model, "-o", "traced.lfm", *options)
            self.assertEqual(done.returncode, 0)
            return done.stderr

        self.assertIn("After fuse", compile_with("--print-after", "fuse"))
        self.assertNotIn("After import", compile_with("--print-after", "fuse"))
        self.assertIn("After import", compile_with("--print-after", "all"))
        # Each step prints what it made: lowering the program and the kernels,
        # generating code how each kernel's was made.
        self.assertIn("kernel 0", compile_with("--print-after", "lower"))
        generated = compile_with("--print-after", "generate")
        self.assertNotIn("module", generated)
        self.assertRegex(generated, r"x86_64-avx2: \d+ bytes\n  0 \w+: \w+")

    def test_how_kernels_are_made_can_be_dumped(self):
        def made(folder, *options, model=self.model):
            self.tell("compile", model, "-o", f"{folder}.lfm", "--dump-dir", f"dumps/{folder}", *options)
            files = {}
            for name in os.listdir(self.path("dumps", folder)):
                with open(self.path("dumps", folder, name)) as file:
                    files[name] = file.read()
            return files

        for folder, options, variant in [("cpu", ["--variant", "avx2"], "x86_64-avx2"),
                                         ("reef", ["--target", "reef1"], "rv64gcv")]:
            files = made(folder, *options)
            steps = [name for name in files if name[0] == "0" and name.endswith((".mlir", ".txt"))]
            self.assertIn("00_import.mlir", steps)
            self.assertTrue(any(name.endswith("_fuse.mlir") for name in steps))
            self.assertTrue(any(name.endswith("generate.txt") for name in steps))
            stems = [name.removesuffix(".kernel") for name in files if re.fullmatch(r"\d+_\w+\.kernel", name)]
            self.assertGreaterEqual(len(stems), 2)
            for stem in stems:
                self.assertTrue(files[f"{stem}.kernel"].startswith("kernel "))
                self.assertRegex(files[f"{stem}.{variant}.plan"], r"^generator: \w+")
                self.assertIn("define", files[f"{stem}.{variant}.ll"])
                self.assertIn("define", files[f"{stem}.{variant}.opt.ll"])
                self.assertIn("_run:", files[f"{stem}.{variant}.s"])
            plans = "".join(text for name, text in files.items() if name.endswith(".plan"))
            self.assertIn("lanes:", plans)
        # Two loops over contiguous elements are rewritten to one.
        flat = self.path("flat.onnx")
        ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", "M"]) for name in "xy"]
        graph = helper.make_graph([helper.make_node("Exp", ["x"], ["y"])], "flat", ports[:1], ports[1:])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), flat)
        rewritten = [name for name in made("flat", model=flat) if name.endswith(".1_collapse_loops.kernel")]
        self.assertEqual(len(rewritten), 1)
        # Looking on changes nothing.
        self.tell("compile", self.model, "-o", "unseen.lfm", "--variant", "avx2")
        with open(self.path("unseen.lfm"), "rb") as unseen, open(self.path("cpu.lfm"), "rb") as seen:
            self.assertEqual(unseen.read(), seen.read())
        self.refuses(5, "small.onnx/dump", "compile", self.model, "-o", "no.lfm", "--dump-dir", f"{self.model}/dump")

    def test_a_failed_compilation_writes_nothing(self):
        def refused(code, words, *options):
            self.refuses(code, words, "compile", self.model, "-o", *options)

        refused(1, "import", "no.lfm", "--print-after", "lunch")
        refused(1, "cpu", "no.lfm", "--device", "gpu9")
        self.assertFalse(os.path.exists(self.path("no.lfm")))
        refused(5, "nowhere", "nowhere/no.lfm")

    # -- bench ----------------------------------------------------------------

    def test_bench(self):
        report = self.ask("bench", self.package, "--repeat", "3", "--threads", "1",
                          "--shapes", "x=2x3;x=40x3")
        self.assertEqual(report["threads"], 1)
        self.assertEqual(
            [p["inputs"][0]["shape"] for p in report["points"]], [[2, 3], [40, 3]]
        )
        for point in report["points"]:
            self.assertEqual(len(point["times_ms"]), 3)
        self.assertIn("median", self.tell("bench", self.model, "--repeat", "2"))

    def test_bench_against_onnxruntime(self):
        arguments = ["bench", self.model, "--repeat", "3", "--dim", "N=6",
                     "--against", "onnxruntime", "--python"]
        self.refuses(3, "pip install onnxruntime", *arguments, "/bin/true")
        self.refuses(1, ".onnx", "bench", self.package, "--against", "onnxruntime")
        try:
            import onnxruntime
        except ImportError:
            self.skipTest("onnxruntime is not installed")
        report = self.ask(*arguments, sys.executable)
        self.assertEqual(report["onnxruntime"], onnxruntime.__version__)
        point = report["points"][0]
        self.assertEqual(len(point["onnxruntime_times_ms"]), 3)
        self.assertLess(point["max_difference"], 1e-5)
        self.assertGreater(point["speed_up"], 0)

    # -- explain and devices --------------------------------------------------

    def test_explain(self):
        report = self.ask("explain", self.model, "--dim", "N=5")
        nodes = {n for k in report["kernels"] for g in k["nodes"] for n in g.split("+")}
        self.assertLessEqual({"multiply", "relu", "total"}, nodes)
        self.assertGreater(report["program_bytes"], 0)
        self.assertGreaterEqual(report["launches"], 2)
        for kernel in report["kernels"]:
            self.assertIn(kernel["class"], ["map", "contraction", "loops"])
            self.assertEqual(kernel["device"], "cpu")
            self.assertGreater(kernel["ms"], 0)
        self.assertGreater(sum(n["ms"] for n in report["nodes"]), 0)
        self.assertIn("contraction", self.tell("explain", self.package))
        self.assertIn("multiply", self.tell("explain", self.package, "--all"))

    def test_explain_says_what_made_each_kernel(self):
        for target, makers in [("cpu", {"stencil", "dot_m", "dot_n", "streamed", "packed", "loops"}),
                               ("reef1", {"matrix", "loops"})]:
            report = self.ask("explain", self.model, "--target", target, "--no-run")
            refusals = []
            for kernel in report["kernels"]:
                self.assertGreater(len(kernel["generation"]), 0)
                for making in kernel["generation"]:
                    self.assertLessEqual(set(making["generator"].split(" or ")), makers)
                    self.assertGreater(len(making["variants"]), 0)
                    if kernel["class"] == "contraction":
                        refusals += making["refusals"]
            self.assertTrue(all(set(refusal) == {"who", "reason"} for refusal in refusals))
            text = self.tell("explain", self.model, "--target", target, "--no-run")
            self.assertIn("generator", text)
            for refusal in refusals:
                self.assertIn(f"{refusal['who']}: because {refusal['reason']}", text)
        # Packages remember; descriptions are not generated from.
        self.assertIn("stencil: because it has M", self.tell("explain", self.package, "--no-run"))
        for kernel in self.ask("explain", self.model, "--target", "null", "--no-run")["kernels"]:
            self.assertEqual(kernel["generation"], [])

    def test_explain_without_running(self):
        self.assertNotIn("nodes", self.ask("explain", self.package, "--no-run"))

    def test_devices(self):
        devices = {d["name"]: d for d in self.ask("devices")}
        self.assertTrue(devices["cpu"]["available"])
        self.assertGreaterEqual(devices["cpu"]["threads"], 1)
        self.assertFalse(devices["cpu"]["simulated"])
        chip = devices["reef2"]
        self.assertTrue(chip["simulated"])
        self.assertEqual(chip["threads"], 4)
        self.assertEqual(chip["memory_bytes"], 8 << 30)
        text = self.tell("devices")
        for part in ["null", "simulated", "memory: DRAM 8 GiB at 128 GB/s", "peaks: fp32 2.048 TFLOPS"]:
            self.assertIn(part, text)

    def test_devices_that_count_tell_where_cycles_go(self):
        report = self.ask("explain", self.model, "--device", "reef1", "--repeat", "1")
        self.assertGreater(report["cycles"], 0)
        self.assertGreater(report["engines"]["core"]["busy"], 0)
        for engine in report["engines"].values():
            self.assertLessEqual(engine["busy"], 1)
        self.assertAlmostEqual(sum(k["cycles"] for k in report["kernels"]), report["cycles"])
        self.assertIn("cycles a run", self.tell("explain", self.model, "--device", "reef1", "--repeat", "1"))

    def test_explain_says_what_is_computed_in_another_type(self):
        half = self.path("half.onnx")
        operands = [helper.make_tensor_value_info(name, TensorProto.FLOAT16, [8, 8]) for name in "abde"]
        nodes = [helper.make_node("Exp", ["a"], ["d"]), helper.make_node("MatMul", ["a", "b"], ["e"])]
        graph = helper.make_graph(nodes, "half", operands[:2], operands[2:])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), half)
        note = "float16 is computed as float32"
        self.assertIn(f"{note}, as reef1 has no multiply-adds of it", self.tell("explain", half, "--device", "reef1"))
        self.assertIn(f"{note}\n", self.tell("explain", half, "--device", "reef2", "--no-run"))
        for kernel in self.ask("explain", half)["kernels"]:
            self.assertEqual(kernel["computed_as"], {"float16": "float32"})
        self.assertNotIn("is computed as", self.tell("explain", self.model, "--device", "reef1"))
        # Products alone are of what reef2 multiplies.
        onnx.save(onnx.utils.Extractor(onnx.load(half)).extract_model(["a", "b"], ["e"]), half)
        self.assertIn(note, self.tell("explain", half, "--device", "reef1"))
        self.assertNotIn(note, self.tell("explain", half, "--device", "reef2"))

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

    def test_a_device_of_ones_own_in_its_own_process(self):
        chip = self.path("own.chip")
        shutil.copy(os.path.join(os.path.dirname(__file__), "../../targets/reef/chips/reef2.chip"), chip)
        with open(chip) as file:
            text = file.read().replace("cores = 4", "cores = 3").replace("name = reef2", "name = mine")
        with open(chip, "w") as file:
            file.write(text)
        told = self.tell("run", self.model, "--device", f"reef:{chip}", "--own-process")
        self.assertIn("on mine", told)


if __name__ == "__main__":
    unittest.main()
