"""A chip all of whose kernels fall back, as the command line and Python tell it.

    fallback_test.py build/bin/landfall

With build/new_chip/lib in LD_LIBRARY_PATH: there, the device `kelp` is what
`./dev new-chip kelp` starts.
"""

import json
import sys
import unittest
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.parser

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from command_line import CommandLine  # noqa: E402

import landfall  # noqa: E402

REASON = "kelp has no code generator"
MODEL = """<ir_version: 10, opset_import: ["" : 21]>
    g (float[n, 4] x) => (float[n, 3] y) <float[4, 3] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}> {
        a = Exp(x)  b = MatMul(a, w)  y = Relu(b) }"""


class Fallbacks(CommandLine):
    def setUp(self):
        super().setUp()
        self.source, self.package = self.path("chip.onnx"), self.path("chip.lfm")
        onnx.save(onnx.parser.parse_model(MODEL), self.source)
        self.done = self.start("compile", self.source, "--device", "kelp", "--json", "-o", self.package)
        self.assertEqual(self.done.returncode, 0, self.done.stderr)

    def test_compiling_says_so_in_one_line(self):
        report = json.loads(self.done.stdout)
        count = report["kernels"]
        self.assertEqual(self.done.stderr,
                         f"warning: {count} of {count} kernels do not run natively on kelp and fall back: {count} because "
                         f"{REASON}; `landfall explain` shows them, --require-target forbids it\n")
        self.assertEqual(report["placement"]["native"], {"kernels": 0, "kernel_share": 0})
        self.assertEqual(report["placement"]["reasons"],
                         [{"reason": REASON, "kernels": count, "kernel_share": 1}])

    def test_results_are_the_cpus(self):
        inputs = ["--dim", "n=5", "--input", "x=random:7"]
        self.tell("run", self.package, *inputs, "--verify", "--save-outputs", self.path("kelp.npz"))
        self.tell("run", self.source, *inputs, "--save-outputs", self.path("cpu.npz"))
        found, expected = (np.load(self.path(name)) for name in ("kelp.npz", "cpu.npz"))
        np.testing.assert_array_equal(found["y"], expected["y"])

    def test_it_can_be_forbidden(self):
        for arguments in (["compile", self.source, "--device", "kelp", "-o", self.path("none.lfm")],
                          ["run", self.source, "--device", "kelp"], ["run", self.package]):
            done = self.start(*arguments, "--require-target", "--json")
            self.assertEqual(done.returncode, 3, done.stderr)
            error = json.loads(done.stdout)["error"] if done.stdout else {}
            text = error.get("message", done.stderr)
            self.assertIn(f"because {REASON}", text)
            self.assertIn("(Exp", text)

    def test_explain_shows_the_shares_and_why(self):
        report = self.ask("explain", self.package, "--dim", "n=6")
        fallback = report["placement"]["fallback"]
        for share in ("kernel_share", "bytes_share", "time_share", "multiply_add_share"):
            self.assertAlmostEqual(fallback[share], 1, msg=share)
        # x and the intermediate are read, the intermediate and y are written; w stays on the host.
        self.assertEqual(fallback["copied_bytes"], 6 * (4 + 4 + 4 + 3) * 4)
        self.assertEqual({kernel["fallback"]["reason"] for kernel in report["kernels"]}, {REASON})
        text = self.tell("explain", self.package, "--dim", "n=6")
        self.assertRegex(text, r"fallback  100\.0% of kernels, 100\.0% of bytes, 100\.0% of time; \d+ \w+ copied a run; "
                               r"on the host, in machine code: \d+ launches, 100\.0% of time\n")
        self.assertRegex(text, rf"100\.0% +100\.0% +{REASON}")
        self.assertIn("kernels fall back", self.tell("explain", self.package, "--no-run"))

    def test_bench_shows_them_too(self):
        text = self.tell("bench", self.package, "--repeat", "2")
        self.assertIn("100.0% of kernels", text)
        self.assertIn(REASON, text)
        report = self.ask("bench", self.package, "--repeat", "2")
        self.assertEqual(report["points"][0]["placement"]["fallback"]["kernel_share"], 1)

    def test_a_package_without_code_for_the_chip_is_refused(self):
        self.tell("compile", self.source, "-o", self.path("cpu.lfm"))
        self.refuses(3, "no code for kelp", "run", self.path("cpu.lfm"), "--device", "kelp")

    def test_python(self):
        model = onnx.load(self.source)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            compiled = landfall.compile(model, device="kelp")
        self.assertTrue(any("fall back" in str(each.message) for each in told), told)
        x = np.zeros((2, 4), np.float32)
        np.testing.assert_allclose(compiled.run({"x": x})["y"], [[22, 26, 30]] * 2)
        kernels = json.loads(compiled.describe())["kernels"]
        self.assertEqual({kernel["fallback"]["reason"] for kernel in kernels}, {REASON})
        self.assertTrue(all(kernel["fallback"]["host_code"] for kernel in kernels))
        for attempt in (lambda: landfall.compile(model, device="kelp", require_target=True),
                        lambda: landfall.load(self.package, require_target=True)):
            with self.assertRaises(landfall.Error) as raised:
                attempt()
            self.assertEqual((raised.exception.code, raised.exception.operator), ("unsupported", "Exp"))
            self.assertIn(REASON, raised.exception.reason)
        nodes = landfall.query(model, device="kelp")["nodes"]
        self.assertEqual({(node["where"], node["reason"]) for node in nodes}, {("fallback", REASON)})


if __name__ == "__main__":
    unittest.main()
