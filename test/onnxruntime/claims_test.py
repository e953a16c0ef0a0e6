"""Which nodes of a graph Landfall claims as an execution provider of onnxruntime."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import models
import numpy as np
import onnx
import onnxruntime
import runtime
from onnx import TensorProto, helper
from runtime import PROVIDER, landfall_ep

X = np.random.default_rng(5).normal(size=(3, 8)).astype(np.float32)


class Claims(unittest.TestCase):
    def check(self, made, inputs, expected):
        for want, have in zip(expected, runtime.run(made, inputs), strict=True):
            np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-6)
        self.assertIn(PROVIDER, made.get_providers())

    def test_a_model_is_claimed_whole_and_runs_at_every_size(self):
        made = runtime.session(models.layers(), "cpu", fallback=False, config=runtime.RECORD)
        self.assertEqual(set(runtime.providers_of_nodes(made)), {PROVIDER})
        for rows in (3, 1, 17, 0):
            x = np.resize(X, (rows, 8)).astype(np.float32)
            self.check(made, [x], [models.layers_result(x) if rows else x])

    def test_devices_give_the_same(self):
        for device in ("reef1", "reef2", "reef3"):
            made = runtime.session(models.layers(), device, fallback=False)
            self.check(made, [X], [models.layers_result(X)])

    def test_devices_by_every_name_that_the_library_knows(self):
        chip = Path(__file__).parents[2] / "targets/reef/chips/reef2.chip"
        for device in ("reef", f"reef:{chip}"):
            made = onnxruntime.InferenceSession(models.layers().SerializeToString(), providers=[(PROVIDER, {"device": device})])
            self.check(made, [X], [models.layers_result(X)])

    def test_every_way_of_choosing_it(self):
        landfall_ep.register(onnxruntime)
        model = models.layers().SerializeToString()
        by_name = onnxruntime.InferenceSession(model, providers=[PROVIDER])
        with_options = onnxruntime.InferenceSession(model, providers=[(PROVIDER, {"device": "reef2", "threads": "1"})])
        for made in (by_name, with_options):
            self.assertEqual(made.get_providers()[0], PROVIDER)
            self.check(made, [X], [models.layers_result(X)])

    def test_what_is_refused_stays_with_onnxruntime_and_the_rest_is_claimed(self):
        # A sequence cannot leave a fused node; before and after it, all is ours.
        graph = models.parse("""
            g (float[n,8] x) => (seq(float[k,8]) parts, float[n,8] y) {
              a = Exp(x)
              parts = SplitToSequence(a)
              b = Neg(a)
              y = Neg(b)
            }""")
        made = runtime.session(graph, "cpu", config=runtime.RECORD)
        self.assertEqual(runtime.providers_of_nodes(made), {PROVIDER: 3, "CPUExecutionProvider": 1})
        parts, y = runtime.run(made, [X])
        np.testing.assert_allclose(y, np.exp(X), rtol=1e-5)
        np.testing.assert_allclose(np.concatenate(parts), np.exp(X), rtol=1e-5)
        with self.assertRaisesRegex(Exception, "fallback"):
            runtime.session(graph, "cpu", fallback=False, log=4)

    def test_a_node_that_landfall_refuses_splits_a_graph(self):
        made = runtime.session(models.with_a_gap(), "cpu", config=runtime.RECORD)
        self.assertEqual(runtime.providers_of_nodes(made), {PROVIDER: 2, "CPUExecutionProvider": 1})
        x = np.random.default_rng(9).normal(size=(5, 32)).astype(np.float32)
        np.testing.assert_allclose(made.run(None, {"x": x})[0], -np.exp(x).sum(1, keepdims=True), rtol=1e-2)

    def test_operators_of_the_application_stay_with_onnxruntime(self):
        graph = onnx.parser.parse_model("""
            <ir_version: 10, opset_import: ["" : 21, "application" : 1]>
            g (float[n] x) => (float[n] y) { a = Exp(x)  b = application.Twice(a)  y = Neg(b) }""")
        with tempfile.TemporaryDirectory() as folder:
            library = f"{folder}/custom_operator.so"
            source = Path(__file__).with_name("custom_operator.c")
            subprocess.run(["cc", "-shared", "-fPIC", "-w", source, "-o", library], check=True)
            options = landfall_ep.session_options(ort=onnxruntime)
            options.add_session_config_entry(*next(iter(runtime.RECORD.items())))
            options.log_severity_level = 3
            options.register_custom_ops_library(library)
            made = onnxruntime.InferenceSession(graph.SerializeToString(), options)
            self.assertEqual(runtime.providers_of_nodes(made), {PROVIDER: 2, "CPUExecutionProvider": 1})
            self.check(made, [X[0]], [-2 * np.exp(X[0])])

    def test_operators_can_be_left(self):
        made = runtime.session(models.layers(), "cpu", config=runtime.RECORD, leave="Neg,Softmax")
        self.assertEqual(runtime.providers_of_nodes(made)["CPUExecutionProvider"], 1)
        self.check(made, [X], [models.layers_result(X)])

    def test_a_branch_that_can_only_fail_is_claimed(self):
        # The run that takes it fails, as with onnxruntime alone.
        graph = models.parse("""
            g (float[4] x, bool c) => (float[k] y) <int64[1] i = {7}> {
              e = Exp(x)
              y = If (c) < then_branch = t () => (float[k] a) { a = Gather(e, i) },
                           else_branch = f () => (float[k] b) { b = Neg(e) } >
            }""")
        made = runtime.session(graph, "cpu", log=4, config=runtime.RECORD)
        self.assertEqual(set(runtime.providers_of_nodes(made)), {PROVIDER})
        np.testing.assert_allclose(made.run(None, {"x": X[0, :4], "c": np.array(False)})[0], -np.exp(X[0, :4]), rtol=1e-6)
        with self.assertRaises(Exception):
            made.run(None, {"x": X[0, :4], "c": np.array(True)})

    def test_sequences_inside_of_a_group_and_at_its_beginning(self):
        graph = models.parse("""
            g (float[n,8] x, seq(float[n,8]) more) => (float[m,8] y) {
              a = Exp(x)
              s = SequenceInsert(more, a)
              joined = ConcatFromSequence<axis=0>(s)
              y = Neg(joined)
            }""")
        made = runtime.session(graph, "cpu", fallback=False)
        self.check(made, [X, [X, 2 * X]], [-np.concatenate([X, 2 * X, np.exp(X)])])

    def test_policies_choose_it_on_the_cpu(self):
        landfall_ep.register(onnxruntime)
        for policy in ("PREFER_CPU", "PREFER_NPU"):
            made = onnxruntime.SessionOptions()
            made.set_provider_selection_policy(getattr(onnxruntime.OrtExecutionProviderDevicePolicy, policy))
            session = onnxruntime.InferenceSession(models.layers().SerializeToString(), made)
            self.check(session, [X], [models.layers_result(X)])

    def test_bodies_are_claimed_with_their_nodes_and_capture_constants(self):
        graph = models.parse("""
            g (float[n,8] x, bool c) => (float[n,8] y) <float[8] k = {1,2,3,4,5,6,7,8}> {
              e = Exp(x)
              y = If (c) <
                then_branch = t () => (float[n,8] w) { w = Add(e, k) },
                else_branch = f () => (float[n,8] v) { u = Mul(x, k)  v = Neg(u) }
              >
            }""")
        made = runtime.session(graph, "cpu", fallback=False)
        k = np.arange(1, 9, dtype=np.float32)
        self.check(made, [X, np.array(True)], [np.exp(X) + k])
        self.check(made, [X, np.array(False)], [-X * k])

    def test_a_loop_runs_as_often_as_its_input_says(self):
        body = helper.make_graph(
            [helper.make_node("Add", ["state", "one"], ["next"]), helper.make_node("Identity", ["keep"], ["go"])],
            "body", [models.tensor("i", TensorProto.INT64, []), models.tensor("keep", TensorProto.BOOL, []),
                     models.tensor("state", dims=("n",))],
            [models.tensor("go", TensorProto.BOOL, []), models.tensor("next", dims=("n",))])
        graph = models.model([helper.make_node("Loop", ["count", "", "x"], ["y"], body=body)],
                             [models.tensor("x"), models.tensor("count", TensorProto.INT64, [])], [models.tensor("y")],
                             {"one": np.float32(1)})
        made = runtime.session(graph, "cpu", fallback=False)
        for count in (0, 5):
            self.check(made, [X[0], np.array(count)], [X[0] + count])

    def test_functions_of_the_model_are_replaced_and_claimed(self):
        graph = onnx.parser.parse_model("""
            <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
            g (float[n] x) => (float[n] y) { a = Exp(x)  b = local.twice(a)  y = Neg(b) }
            <domain: "local", opset_import: ["" : 21]>
            twice (p) => (q) { q = Add(p, p) }""")
        made = runtime.session(graph, "cpu", fallback=False, config=runtime.RECORD)
        self.assertEqual(set(runtime.providers_of_nodes(made)), {PROVIDER})
        self.check(made, [X[0]], [-2 * np.exp(X[0])])
        with tempfile.TemporaryDirectory() as folder:
            runtime.session(graph, "cpu", fallback=False, dump_dir=folder)
            self.assertEqual(os.listdir(folder), ["y.onnx"], "parts that were compiled")


if __name__ == "__main__":
    unittest.main()
