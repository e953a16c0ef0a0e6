"""What the commands `bench`, `explain` and `devices` report.

    explain_test.py build/bin/landfall
"""

import platform
import sys
import unittest

import onnx
import onnx.utils
from onnx import TensorProto, helper

from command_line import CommandLine


class Reports(CommandLine):
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

    def test_explain_tells_the_distance_to_the_roofline(self):
        square = self.path("square.onnx")
        operands = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", "n"]) for name in "abc"]
        graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "square", operands[:2], operands[2:])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), square)
        report = self.ask("explain", square, "--dim", "n=97", "--threads", "1")
        self.assertEqual(report["multiply_adds"], 97 ** 3)
        self.assertEqual(report["bytes"], 3 * 4 * 97 ** 2)
        self.assertGreater(report["machine"]["gflops"], 0)
        self.assertEqual([size for size, _ in report["machine"]["bandwidth"]],
                         sorted(size for size, _ in report["machine"]["bandwidth"]))
        launched = [kernel for kernel in report["kernels"] if kernel["launches"]]
        for part in [report, *launched, *report["nodes"]]:
            self.assertGreater(part["of_roofline"], 0)
        self.assertIn("of roofline", self.tell("explain", square, "--dim", "n=97"))
        # A depthwise convolution is a map whose body sums.
        depthwise = self.path("depthwise.onnx")
        operands = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 17, "h", 7]),
                    helper.make_tensor_value_info("w", TensorProto.FLOAT, [17, 1, 3, 5]),
                    helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 17, "p", 3])]
        node = helper.make_node("Conv", ["x", "w"], ["y"], group=17)
        graph = helper.make_graph([node], "depthwise", operands[:2], operands[2:])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), depthwise)
        report = self.ask("explain", depthwise, "--dim", "n=2", "--dim", "h=13", "--threads", "1")
        self.assertEqual(report["multiply_adds"], 2 * 17 * 11 * 3 * 3 * 5)
        # A chip that counts has numbers of its own.
        self.assertNotIn("machine", self.ask("explain", square, "--device", "reef1", "--repeat", "1"))

    def test_explain_says_what_made_each_kernel(self):
        for target, makers in [("cpu", {"stencil", "dot_m", "dot_n", "streamed", "direct", "packed", "windows", "loops"}),
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
        # The device need not be able to load the package.
        elsewhere = self.path("elsewhere.lfm")
        other = "x86_64-v2" if platform.machine() == "riscv64" else "riscv64-gc"
        self.tell("compile", self.model, "--variant", other, "-o", elsewhere)
        self.refuses(3, "no machine code", "explain", elsewhere)
        report = self.ask("explain", elsewhere, "--no-run")
        self.assertEqual((report["device"], report["placement"]["fallback"]["kernels"]), ("cpu", 0))
        self.assertIn(other, self.tell("explain", elsewhere, "--no-run"))
        # Whether it runs there is asked for.
        self.refuses(3, "no machine code", "explain", elsewhere, "--no-run", "--require-target")
        self.refuses(3, "no machine code", "explain", elsewhere, "--no-run", "--device", "reef1")

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


if __name__ == "__main__":
    unittest.main()
