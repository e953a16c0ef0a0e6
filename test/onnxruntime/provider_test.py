"""Landfall as an execution provider of an unmodified onnxruntime."""

import os
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import ml_dtypes
import models
import numpy as np
import onnx
import onnxruntime
import runtime
from onnx import TensorProto, helper
from runtime import PROVIDER, landfall_ep
from short_chip import save_short_chip

X = np.random.default_rng(5).normal(size=(3, 8)).astype(np.float32)


def log_of(code):
    """What a process writes to stderr, where onnxruntime logs."""
    package = Path(landfall_ep.__file__).resolve().parent.parent
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent,
                             env={**os.environ, "PYTHONPATH": str(package)})
    assert process.returncode == 0, process.stderr
    return process.stderr


class Values(unittest.TestCase):
    def test_types_that_pack_and_types_with_other_numbers(self):
        """An odd number of elements of every type that numpy has not, in, out and as a constant."""
        for name, (number, bits) in runtime.NARROW.items():
            values = [1, 0, 1, 1, 0] if bits == 2 else [1, 4, 2, 1, 0.5 if "float" in name else 0]
            x = np.array(values, np.float32).astype(getattr(ml_dtypes, name))
            there = models.model([helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Identity", ["k"], ["z"])],
                                 [models.tensor("x", number)], [models.tensor("y", number), models.tensor("z", number, (5,))],
                                 {"k": x}, opset=25)
            made = runtime.session(there, "cpu", fallback=False)
            for have in runtime.run(made, [x], [x, x]):
                np.testing.assert_array_equal(have.view(np.uint8), x.view(np.uint8), name)

    def test_texts_go_in_and_out(self):
        graph = models.model([helper.make_node("StringConcat", ["x", "x"], ["y"])],
                             [models.tensor("x", TensorProto.STRING)], [models.tensor("y", TensorProto.STRING)])
        made = runtime.session(graph, "cpu", fallback=False)
        x = np.array(["", "é", "long " * 20], object)
        self.assertEqual(runtime.run(made, [x])[0].tolist(), (x + x).tolist())

    def test_an_absent_optional_goes_in(self):
        text = helper.make_tensor_type_proto(TensorProto.FLOAT, [3])
        graph = models.model([helper.make_node("OptionalHasElement", ["o"], ["y"])],
                             [helper.make_value_info("o", helper.make_optional_type_proto(text))],
                             [models.tensor("y", TensorProto.BOOL, [])])
        made = runtime.session(graph, "cpu", fallback=False)
        self.assertEqual(made.run(None, {"o": None})[0], False)
        self.assertEqual(made.run(None, {"o": X[0, :3]})[0], True)

    def test_results_that_are_inputs_and_results_that_are_the_same(self):
        graph = models.model([helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Neg", ["x"], ["z"]),
                              helper.make_node("Identity", ["z"], ["w"])],
                             [models.tensor("x")], [models.tensor(name) for name in "yzw"])
        made = runtime.session(graph, "cpu", fallback=False)
        for x in (X[0], X[0, :0]):
            for want, have in zip((x, -x, -x), runtime.run(made, [x]), strict=True):
                np.testing.assert_array_equal(have, want)

    def test_results_lie_where_the_application_wants_them(self):
        made = runtime.session(models.layers(), "cpu", fallback=False)
        room = np.zeros((3, 8), np.float32)
        binding = made.io_binding()
        binding.bind_cpu_input("x", X)
        binding.bind_output("y", "cpu", 0, np.float32, room.shape, room.ctypes.data)
        made.run_with_iobinding(binding)
        np.testing.assert_allclose(room, models.layers_result(X), rtol=1e-5)

    def test_weights_in_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.onnx"
            onnx.save(models.layers(), path, save_as_external_data=True, location="weights.bin", size_threshold=0)
            made = runtime.session(path, "cpu", fallback=False)
            checked = runtime.session(path, "cpu", fallback=False, check_runs=1)
        for one in (made, checked):
            np.testing.assert_allclose(one.run(None, {"x": X})[0], models.layers_result(X), rtol=1e-5)

    def test_a_run_that_fails_says_where_and_the_next_one_works(self):
        graph = models.model([helper.make_node("Reshape", ["x", "shape"], ["y"], "the_reshape")],
                             [models.tensor("x"), models.tensor("shape", TensorProto.INT64, (2,))],
                             [models.tensor("y", dims=("a", "b"))])
        made = runtime.session(graph, "cpu", fallback=False, log=4)
        with self.assertRaisesRegex(Exception, "the_reshape"):
            made.run(None, {"x": X[0], "shape": np.array([3, 3])})
        self.assertEqual(made.run(None, {"x": X[0], "shape": np.array([4, 2])})[0].shape, (4, 2))

    def test_many_threads_run_one_session(self):
        made = runtime.session(models.layers(), "cpu", fallback=False)
        wrong = []

        def work(seed):
            random = np.random.default_rng(seed)
            for _ in range(30):
                x = random.normal(size=(random.integers(0, 9), 8)).astype(np.float32)
                y = made.run(None, {"x": x})[0]
                if not np.allclose(y, models.layers_result(x) if len(x) else x, rtol=1e-4, atol=1e-5):
                    wrong.append(len(x))

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class Options(unittest.TestCase):
    def test_wrong_ones_are_refused_with_those_that_there_are(self):
        for options, words in (({"thread": "1"}, "no option 'thread'.*device, threads"),
                               ({"threads": "many"}, "'threads' is 'many'"),
                               ({"device": "abacus"}, "no device 'abacus'.*'reef1'")):
            made = onnxruntime.SessionOptions()
            made.add_provider_for_devices(landfall_ep.register(onnxruntime)[:1], options)
            with self.assertRaisesRegex(Exception, words):
                onnxruntime.InferenceSession(models.layers().SerializeToString(), made)
        with self.assertRaisesRegex(ValueError, "no device 'abacus'"):
            runtime.session(models.layers(), "abacus")

    def test_the_models_of_what_is_claimed_can_be_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            runtime.session(models.layers(), "cpu", dump_dir=f"{folder}/models")
            kept = onnx.load(f"{folder}/models/y.onnx")
        onnx.checker.check_model(kept, full_check=True)
        self.assertEqual([node.op_type for node in kept.graph.node], ["Gemm", "Softmax", "MatMul"])  # onnxruntime joins the first two.
        self.assertEqual(kept.graph.input[0].type.tensor_type.shape.dim[0].dim_param, "n")

    def test_what_is_left_is_logged_with_why(self):
        log = log_of("""
import models, runtime, numpy as np
graph = models.parse('''g (float[n,8] x) => (seq(float[k,8]) parts, float[k,8] y) {
  a = Exp(x)  parts = SplitToSequence(a)  i = Constant<value_int=0>()  p = SequenceAt(parts, i)  y = Neg(p) }''')
made = runtime.session(graph, "cpu", log=1)
x = np.ones((3, 8), np.float32)
np.testing.assert_allclose(made.run(["y"], {"x": x})[0], -np.exp(x[:1]), rtol=1e-5)""")
        self.assertRegex(log, "Landfall: leaves .*SplitToSequence.* to onnxruntime: gives a value that is no tensor")
        self.assertRegex(log, "Landfall: claims 3 of 4 nodes in 2 groups")
        short = save_short_chip(f"{self.enterContext(tempfile.TemporaryDirectory())}/short.chip")
        log = log_of(f"""
import models, onnxruntime, numpy as np
from runtime import PROVIDER, landfall_ep
landfall_ep.register(onnxruntime)
graph = models.parse('''g (float[n] x) => (float[n] q) {{ q = Exp(x) }}''')
options = onnxruntime.SessionOptions()
options.log_severity_level = 2
made = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=[(PROVIDER, {{"device": "{short}"}})])
for size in (10, 1000000, 1000000): made.run(None, {{"x": np.ones(size, np.float32)}})""")
        self.assertEqual(log.count("would take a core more than"), 1, "at the sizes that the device refuses, once")
        log = log_of("import models, runtime; runtime.session(models.with_a_gap(), 'cpu', log=2)")
        self.assertRegex(log, "leaves the node of output 't' .com.microsoft.MatMulFpQ4. to onnxruntime: .*blk_quant_type 2")


    def test_it_comes_and_goes(self):
        log_of("""
import models, onnxruntime, runtime
from runtime import landfall_ep, PROVIDER
for _ in range(2):
    assert landfall_ep.register()[0].ep_metadata["device"] == "cpu"
    assert len(landfall_ep.register(onnxruntime)) == len(landfall_ep.register())
    session = runtime.session(models.layers(), "cpu", fallback=False)
    assert PROVIDER in session.get_providers()
    del session
    landfall_ep.unregister()
    assert PROVIDER not in [device.ep_name for device in onnxruntime.get_ep_devices()]""")


class Judgement(unittest.TestCase):
    """The first runs, compared with onnxruntime's own."""

    def steps_aside(self, graph, **options):
        """The log lines of three runs of a graph with an input x."""
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(graph, f"{folder}/model.onnx")
            return log_of(f"""
import numpy as np, runtime
made = runtime.session({f'{folder}/model.onnx'!r}, "cpu", log=1, **{options!r})
x = np.random.default_rng(1).normal(size=(64, 8)).astype(np.float32)
results = [made.run(None, {{"x": x}})[0] for _ in range(4)]
alone = runtime.session({f'{folder}/model.onnx'!r}).run(None, {{"x": x}})[0]
import sys
print("the last is onnxruntime's:", np.array_equal(results[-1], alone), file=sys.stderr)""")

    def test_runs_that_agree_are_accepted(self):
        log = self.steps_aside(models.layers(), check_runs=3)
        self.assertRegex(log, "Landfall: the first runs of '.*' agree with onnxruntime's, with .* times its speed")
        self.assertNotIn("steps aside", log)

    def test_results_that_differ_make_it_step_aside(self):
        log = self.steps_aside(models.layers(), check_runs=3, check_tolerance=0)
        self.assertRegex(log, "Landfall: steps aside for '.*': output 'y' differs from onnxruntime's by .*e-0[6789]")
        self.assertIn("the last is onnxruntime's: True", log)

    def test_what_onnxruntime_cannot_run_is_not_compared(self):
        log = log_of("""
import ml_dtypes, models, numpy as np, runtime
from onnx import TensorProto, helper
graph = models.model([helper.make_node("Add", ["x", "x"], ["y"])], [models.tensor("x", TensorProto.BFLOAT16)],
                     [models.tensor("y", TensorProto.BFLOAT16)])
x = np.array([1, -2.5], ml_dtypes.bfloat16)
made = runtime.session(graph, "cpu", fallback=False, log=2, check_runs=2)
np.testing.assert_array_equal(runtime.run(made, [x], [x])[0], x + x)""")
        self.assertRegex(log, "Landfall: runs of '.*' cannot be compared; onnxruntime refuses it: .*Add")

    def test_too_little_speed_makes_it_step_aside(self):
        log = self.steps_aside(models.layers(), check_runs=3, check_speed=1e6)
        self.assertRegex(log, "Landfall: steps aside for '.*': its speed is .* times onnxruntime's, less than 1e\\+06")
        self.assertIn("the last is onnxruntime's: True", log)


class CompiledModels(unittest.TestCase):
    """EPContext: compiled once, saved as an ONNX model, loaded without compiling."""

    def compiled(self, folder, embed, device="cpu", **options):
        made = landfall_ep.session_options(device, onnxruntime, **options)
        made.log_severity_level = 3
        path = f"{folder}/compiled.onnx"
        onnxruntime.ModelCompiler(made, models.layers().SerializeToString(),
                                  embed_compiled_data_into_model=embed).compile_to_file(path)
        return path

    def test_embedded_and_beside_the_model(self):
        for embed in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                path = self.compiled(folder, embed)
                nodes = onnx.load(path).graph.node
                self.assertEqual([node.op_type for node in nodes], ["EPContext"])
                self.assertEqual(len(list(Path(folder).glob("*.lfm"))), 0 if embed else 1)
                made = runtime.session(path, "cpu", fallback=False)
                np.testing.assert_allclose(made.run(None, {"x": X})[0], models.layers_result(X), rtol=1e-5)

    def test_saved_by_a_session(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/saved.onnx"
            entries = {"ep.context_enable": "1", "ep.context_file_path": path}
            first = runtime.session(models.layers(), "cpu", fallback=False, config=entries)
            self.assertEqual([node.op_type for node in onnx.load(path).graph.node], ["EPContext"])
            again = runtime.session(path, "cpu", fallback=False)
            for made in (first, again):
                np.testing.assert_allclose(made.run(None, {"x": X})[0], models.layers_result(X), rtol=1e-5)

    def test_for_another_device(self):
        with tempfile.TemporaryDirectory() as folder:
            path = self.compiled(folder, True, "reef2")
            made = runtime.session(path, "reef3", fallback=False)
            np.testing.assert_allclose(made.run(None, {"x": X})[0], models.layers_result(X), rtol=1e-4, atol=1e-5)
            with self.assertRaisesRegex(Exception, "reef"):
                runtime.session(path, "cpu", log=4)

    def test_a_damaged_one_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = self.compiled(folder, False)
            package = next(Path(folder).glob("*.lfm"))
            package.write_bytes(package.read_bytes()[:-100])
            with self.assertRaisesRegex(Exception, "lfm"):
                runtime.session(path, "cpu", log=4)
            changed = onnx.load(path)
            for attribute in changed.graph.node[0].attribute:
                if attribute.name == "ep_cache_context":
                    attribute.s = b"../elsewhere.lfm"
            onnx.save(changed, path)
            with self.assertRaisesRegex(Exception, "'../elsewhere.lfm' is not beside the model"):
                runtime.session(path, "cpu", log=4)


if __name__ == "__main__":
    unittest.main()
