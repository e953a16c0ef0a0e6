"""Launches that a device refuses at their sizes: the host interprets them, and nothing is silent.

    refusals_test.py build/bin/landfall

Atoll has instructions for each step of a fold that carries two values (the least and the greatest element), and so
refuses very long ones.
"""

import json
import unittest

import onnx
import onnx.parser
from command_line import CommandLine

MODEL = """<ir_version: 10, opset_import: ["" : 21]>
    g (float[n] x) => (uint8[n] q, float scale, uint8 zero) { q, scale, zero = DynamicQuantizeLinear(x) }"""
FEW, MANY = ["--dim", "n=100"], ["--dim", "n=1000000"]
NODE = "the node giving 'q' (DynamicQuantizeLinear)"
WHY = "would take a core more than"


class Refusals(CommandLine):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source, cls.package = cls.path("long.onnx"), cls.path("long.lfm")
        onnx.save(onnx.parser.parse_model(MODEL), cls.source)
        cls.tell("compile", cls.source, "--device", "atoll1", "--require-target", "-o", cls.package)

    def test_runs_warn(self):
        done = self.start("run", self.package, *MANY, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        warning, = json.loads(done.stdout)["warnings"]
        self.assertEqual(done.stderr, f"warning: {warning}\n")
        self.assertIn(f"{NODE}: the device does not run its kernel at these sizes, because kernel", warning)
        self.assertIn(WHY, warning)
        self.assertIn("launches that the host interpreted: 1; --require-target forbids it", warning)
        self.assertEqual(self.ask("run", self.package, *FEW)["warnings"], [])

    def test_it_can_be_forbidden(self):
        for model in ([self.source, "--device", "atoll1"], [self.package]):
            self.tell("run", *model, *FEW, "--require-target")
            self.refuses(3, f"{NODE}: the device does not run its kernel at these sizes, because", "run", *model, *MANY,
                         "--require-target")

    def test_explain_shows_the_shares_and_why(self):
        report = self.ask("explain", self.package, *MANY, "--repeat", "1")
        placement = report["placement"]
        self.assertEqual((placement["native"]["kernels"], placement["fallback"]["kernels"]), (3, 1))
        self.assertAlmostEqual(placement["native"]["time_share"] + placement["fallback"]["time_share"], 1)
        # x is read twice, q is written; the extrema have 8 bytes.
        self.assertAlmostEqual(placement["fallback"]["bytes_share"], 4 / 9, places=5)
        self.assertEqual(placement["fallback"]["copied_bytes"], 4_000_008)
        reason, = placement["reasons"]
        self.assertIn(WHY, reason["reason"])
        self.assertEqual(reason["kernels"], 1)
        text = self.tell("explain", self.package, *MANY, "--repeat", "1")
        self.assertIn("1 of 4 kernels fall back", text)
        self.assertRegex(text, r"on the host, interpreted: 1 launches, \d+\.\d% of time")
        self.assertIn(WHY, text)
        few = self.ask("explain", self.package, *FEW, "--repeat", "1")["placement"]
        self.assertEqual((few["fallback"]["kernels"], few["reasons"]), (0, []))

    def test_bench_shows_them_at_the_points_where_they_are(self):
        report = self.ask("bench", self.package, "--shapes", "x=100;x=1000000;x=100", "--repeat", "1")
        self.assertEqual(["placement" in point for point in report["points"]], [False, True, False])
        self.assertIn(WHY, report["points"][1]["placement"]["reasons"][0]["reason"])
        self.assertIn(WHY, self.tell("bench", self.package, *MANY, "--repeat", "1"))


if __name__ == "__main__":
    unittest.main()
