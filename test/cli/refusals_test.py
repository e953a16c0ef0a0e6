"""Launches that a device refuses at their sizes: the host interprets them, and nothing is silent.

    refusals_test.py build/bin/landfall
"""

import json
import unittest

import onnx
import onnx.parser
from command_line import LONG, CommandLine
from short_chip import save_short_chip

FEW, MANY = ["--dim", "n=100"], ["--dim", "n=1000000"]
NODE = "the node giving 'q' (Exp)"
WHY = "would take a core more than"


class Refusals(CommandLine):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source, cls.package = cls.path("long.onnx"), cls.path("long.lfm")
        onnx.save(onnx.parser.parse_model(LONG), cls.source)
        cls.device = ["--device", save_short_chip(cls.path("short.chip"))]
        cls.tell("compile", cls.source, *cls.device, "--require-target", "-o", cls.package)

    def test_runs_warn(self):
        done = self.start("run", self.package, *self.device, *MANY, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        warning, = json.loads(done.stdout)["warnings"]
        self.assertEqual(done.stderr, f"warning: {warning}\n")
        self.assertIn(f"{NODE}: the device does not run its kernel at these sizes, because kernel", warning)
        self.assertIn(WHY, warning)
        self.assertIn("launches that the host interpreted: 1; --require-target forbids it", warning)
        self.assertEqual(self.ask("run", self.package, *self.device, *FEW)["warnings"], [])

    def test_it_can_be_forbidden(self):
        for model in ([self.source, *self.device], [self.package, *self.device]):
            self.tell("run", *model, *FEW, "--require-target")
            self.refuses(3, f"{NODE}: the device does not run its kernel at these sizes, because", "run", *model, *MANY,
                         "--require-target")

    def test_explain_shows_the_shares_and_why(self):
        report = self.ask("explain", self.package, *self.device, *MANY, "--repeat", "1")
        placement = report["placement"]
        self.assertEqual((placement["native"]["kernels"], placement["fallback"]["kernels"]), (1, 1))
        self.assertAlmostEqual(placement["native"]["time_share"] + placement["fallback"]["time_share"], 1)
        # x and q have a million elements, w and v three.
        self.assertAlmostEqual(placement["fallback"]["bytes_share"], 1 - 3e-6, places=7)
        self.assertEqual(placement["fallback"]["copied_bytes"], 8_000_000)
        reason, = placement["reasons"]
        self.assertIn(WHY, reason["reason"])
        self.assertEqual(reason["kernels"], 1)
        text = self.tell("explain", self.package, *self.device, *MANY, "--repeat", "1")
        self.assertIn("1 of 2 kernels fall back", text)
        self.assertRegex(text, r"on the host, interpreted: 1 launches, \d+\.\d% of time")
        self.assertIn(WHY, text)
        few = self.ask("explain", self.package, *self.device, *FEW, "--repeat", "1")["placement"]
        self.assertEqual((few["fallback"]["kernels"], few["reasons"]), (0, []))

    def test_bench_shows_them_at_the_points_where_they_are(self):
        report = self.ask("bench", self.package, *self.device, "--shapes", "x=100,w=3;x=1000000,w=3;x=100,w=3", "--repeat", "1")
        self.assertEqual(["placement" in point for point in report["points"]], [False, True, False])
        self.assertIn(WHY, report["points"][1]["placement"]["reasons"][0]["reason"])
        self.assertIn(WHY, self.tell("bench", self.package, *self.device, *MANY, "--repeat", "1"))


if __name__ == "__main__":
    unittest.main()
