"""What the command `compile` writes and prints.

    compile_test.py build/bin/landfall
"""

import json
import os
import re
import unittest

import onnx
import onnx.parser
from onnx import TensorProto, helper

from command_line import CommandLine, save_model


class Compilations(CommandLine):
    def test_fixed_extents_are_made_free(self):
        text = """<ir_version: 10, opset_import: ["" : 21]>
            g (float[2, 6, 4] x, float[2, 6] m) => (y) <int64[2] flat = {12, 4}, int64[2] column = {12, 1}> {
                a = Reshape(x, flat)  b = Reshape(m, column)  y = Mul(a, b) }"""
        path, package = self.path("fixed.onnx"), self.path("free.lfm")
        onnx.save(onnx.parser.parse_model(text), path)
        free = ["--dynamic", "x=n,?,4", "--dynamic", "m=n,?"]
        named = ["--dynamic", "x=n,t,4", "--dynamic", "m=n,t"]
        done = self.start("compile", path, *named, "-o", package)
        self.assertEqual(done.returncode, 0)
        warning = done.stderr
        self.assertTrue(warning.startswith("warning: dynamic: the constants of 2 nodes were read"), warning)
        for arguments, said in ((["run", package], ""), (["run", path, *named], warning)):
            done = self.start(*arguments, "--dim", "n=3", "--dim", "t=5", "--json")
            self.assertEqual((done.returncode, done.stderr), (0, said))
            self.assertEqual(json.loads(done.stdout)["outputs"][0]["shape"], [15, 4])
        self.refuses(3, "giving 'y' (Mul", "compile", path, *free, "-o", package)
        self.refuses(1, "several inputs", "compile", path, "--dynamic", "?x?x4", "-o", package)
        self.refuses(1, "no tensor input 'z'", "compile", path, "--dynamic", "z=?", "-o", package)
        self.refuses(1, "is a package", "run", package, "--dynamic", "x=n,t,4")
        self.refuses(1, "two shapes", "compile", path, "--dynamic", "m=?x?", "--dynamic", "m=?x6", "-o", package)

    def test_wrong_declarations_are_warnings(self):
        path = self.path("declared.onnx")
        onnx.save(onnx.parser.parse_model(
            '<ir_version: 10, opset_import: ["" : 21]> g (float[2] x) => (float[3] y) { y = Neg(x) }'), path)
        done = self.start("compile", path, "-o", self.path("declared.lfm"))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "warning: 'y' is declared with the shape [3], but it has the shape [2]; "
                         "the declaration is ignored\n")

    def test_compile(self):
        self.assertIn("here.lfm", self.tell("compile", self.model, "-o", "here.lfm"))
        report = self.ask("compile", self.model, "--variant", "native",
                          "-o", "native.lfm")
        self.assertEqual(report["output"], "native.lfm")
        self.assertEqual(len(report["variants"]), 1)
        self.assertEqual(report["bytes"], os.path.getsize(self.path("native.lfm")))
        self.assertGreater(report["kernels"], 0)
        self.tell("run", "here.lfm")

    def test_factors_are_rounded_if_asked(self):
        text = """<ir_version: 10, opset_import: ["" : 21]>
            g (float[n, 4] x) => (y) <float[4, 2] w = {1.00390625, 1, 1, 1, 1, 1, 1, 1}> { y = MatMul(x, w) }"""
        path, package = self.path("product.onnx"), self.path("rounded.lfm")
        onnx.save(onnx.parser.parse_model(text), path)
        rounded = ["--precision", "bf16"]
        self.tell("compile", path, *rounded, "-o", package)
        # 1 + 1 / 256 is a tie, rounded to the even 1.
        for arguments, largest in (([path], 4.00390625), ([path, *rounded], 4), ([package], 4)):
            report = self.ask("run", *arguments, "--dim", "n=3", "--input", "x=1")
            self.assertEqual(report["outputs"][0]["max"], largest)
        self.assertEqual(self.ask("explain", package)["precision"], "bf16")
        self.assertEqual(self.ask("explain", path)["precision"], "f32")
        self.assertIn("rounded to bf16", self.tell("explain", package))
        point = self.ask("bench", path, *rounded, "--input", "x=1", "--repeat", "1")["points"][0]
        self.assertEqual(point["error_against_f32"], 0.00390625)
        self.assertNotIn("error_against_f32", self.ask("bench", path, "--repeat", "1")["points"][0])
        self.refuses(1, "is a package", "run", package, *rounded)
        self.refuses(1, "not in {f32,bf16}", "compile", path, "--precision", "f16", "-o", package)

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
            steps = [name for name in files if re.fullmatch(r"\d\d_\w+\.(mlir|txt)", name)]
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


if __name__ == "__main__":
    unittest.main()
