"""landfall.onnxruntime against onnxruntime: one body of calls, run with both modules.

What both must do alike stands in `Calls`; what is Landfall's own, in `Own`.
"""

import os
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
from pathlib import Path

import ml_dtypes
import models
import numpy as np
import onnxruntime
import runtime
from onnx import TensorProto, helper

import landfall
import landfall.onnxruntime

X = np.random.default_rng(5).normal(size=(3, 8)).astype(np.float32)


def described():
    """A model with texts, two inputs and two outputs."""
    graph = models.model([helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Neg", ["a"], ["less"])],
                         [models.tensor("a", dims=("n", 8)), models.tensor("b", dims=(8,))],
                         [models.tensor("sum", dims=("n", 8)), models.tensor("less", dims=("n", 8))])
    graph.producer_name, graph.domain, graph.doc_string, graph.model_version = "maker", "place", "about", 7
    graph.graph.doc_string = "the graph"
    for key, value in (("author", "someone"), ("empty", "")):
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    return graph.SerializeToString()


class Calls:
    """The test body; `ort` is the module."""

    ort = None

    def session(self, model, **arguments):
        return self.ort.InferenceSession(model, providers=["CPUExecutionProvider"], **arguments)

    def raises(self, kind, words):
        errors = self.ort.capi.onnxruntime_pybind11_state
        return self.assertRaisesRegex(getattr(errors, kind), words)

    def test_signatures(self):
        made = self.session(described())
        self.assertEqual([(port.name, port.type, port.shape) for port in made.get_inputs()],
                         [("a", "tensor(float)", ["n", 8]), ("b", "tensor(float)", [8])])
        self.assertEqual([(port.name, port.type, port.shape) for port in made.get_outputs()],
                         [("sum", "tensor(float)", ["n", 8]), ("less", "tensor(float)", ["n", 8])])
        self.assertEqual(made.get_overridable_initializers(), [])

    def test_types_of_every_kind(self):
        types = {"FLOAT": "float", "DOUBLE": "double", "FLOAT16": "float16", "BFLOAT16": "bfloat16", "INT64": "int64",
                 "UINT8": "uint8", "BOOL": "bool", "STRING": "string"}
        names = list(types)
        graph = models.model([helper.make_node("Identity", [name], [f"{name}_out"]) for name in names],
                             [models.tensor(name, getattr(TensorProto, name), (None, 2)) for name in names],
                             [models.tensor(f"{name}_out", getattr(TensorProto, name), (None, 2)) for name in names])
        made = self.session(graph.SerializeToString())
        for port in [*made.get_inputs(), *made.get_outputs()]:
            self.assertEqual((port.type, port.shape), (f"tensor({types[port.name.removesuffix('_out')]})", [None, 2]))

    def test_sequences_go_in_and_out(self):
        graph = models.parse("""
            g (seq(float[n]) s, float[n] x) => (seq(float[n]) t, float[k] joined, float scalar) {
              t = SequenceInsert(s, x)  joined = ConcatFromSequence<axis=0>(t)  scalar = ReduceSum<keepdims=0>(x) }""")
        made = self.session(graph.SerializeToString())
        self.assertEqual([port.type for port in made.get_inputs()], ["seq(tensor(float))", "tensor(float)"])
        self.assertEqual([port.shape for port in made.get_outputs()][1:], [["k"], []])
        t, joined, scalar = made.run(None, {"s": [X[0], X[1]], "x": X[2]})
        self.assertIsInstance(t, list)
        np.testing.assert_array_equal(t, X)
        np.testing.assert_array_equal(joined, X.reshape(-1))
        self.assertEqual(scalar.shape, ())

    def test_maps_come_out_as_dictionaries(self):
        graph = models.model([helper.make_node("ZipMap", ["x"], ["z"], domain="ai.onnx.ml", classlabels_strings=["p", "q"])],
                             [models.tensor("x", dims=("n", 2))],
                             [helper.make_value_info("z", helper.make_sequence_type_proto(helper.make_map_type_proto(
                                 TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))))],
                             domains=[helper.make_opsetid("ai.onnx.ml", 1)], opset=15)
        rows, = self.session(graph.SerializeToString()).run(None, {"x": np.array([[1, 2], [3, 4]], np.float32)})
        self.assertEqual(rows, [{"p": 1.0, "q": 2.0}, {"p": 3.0, "q": 4.0}])
        self.assertIsInstance(rows[0]["p"], float)

    def test_texts(self):
        graph = models.model([helper.make_node("StringConcat", ["x", "x"], ["y"])],
                             [models.tensor("x", TensorProto.STRING)], [models.tensor("y", TensorProto.STRING)])
        y, = self.session(graph.SerializeToString()).run(None, {"x": np.array(["a", "é"])})
        self.assertEqual((y.dtype, y.tolist()), (np.dtype(object), ["aa", "éé"]))

    def test_outputs_by_name(self):
        made = self.session(described())
        feed = {"a": X, "b": X[0]}
        for names, expected in ((None, [X + X[0], -X]), ([], [X + X[0], -X]), (["less"], [-X]), (["less", "sum"], [-X, X + X[0]])):
            results = made.run(names, feed)
            self.assertEqual(len(results), len(expected))
            for have, want in zip(results, expected):
                np.testing.assert_array_equal(have, want)

    def test_wrong_calls(self):
        made = self.session(described())
        with self.assertRaisesRegex(ValueError, r"Required inputs \(\['b'\]\) are missing from input feed"):
            made.run(None, {"a": X})
        with self.raises("InvalidArgument", "other"):
            made.run(["other"], {"a": X, "b": X[0]})
        with self.raises("InvalidArgument", "other"):
            made.run(None, {"a": X, "b": X[0], "other": X})
        with self.raises("InvalidArgument", "double|float64"):
            made.run(None, {"a": X.astype(np.float64), "b": X[0]})
        with self.raises("InvalidArgument", "'?b'?"):
            made.run(None, {"a": X, "b": X})
        with self.raises("InvalidArgument", "'?b'?"):
            made.run(None, {"a": X, "b": X[0, :5]})
        made.run(None, {"a": X, "b": X[0]})

    def test_models_that_are_none(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.raises("NoSuchFile", "absent.onnx"):
                self.session(f"{folder}/absent.onnx")
            for text in ("this is no model, it is a text", "\x0a\x7fcut off"):
                Path(folder, "text.onnx").write_text(text)
                with self.raises("InvalidProtobuf", ""):
                    self.session(f"{folder}/text.onnx")
                with self.raises("InvalidProtobuf", ""):
                    self.session(text.encode())
        with self.assertRaises(TypeError):
            self.session(7)

    def test_metadata_from_bytes_and_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.onnx")
            path.write_bytes(described())
            for model in (described(), str(path), path):
                meta = self.session(model).get_modelmeta()
                self.assertEqual((meta.producer_name, meta.domain, meta.description, meta.version, meta.graph_name,
                                  meta.graph_description), ("maker", "place", "about", 7, "graph", "the graph"))
                self.assertEqual(meta.custom_metadata_map, {"author": "someone", "empty": ""})

    def test_inputs_with_a_default(self):
        graph = models.model([helper.make_node("Add", ["x", "w"], ["y"])],
                             [models.tensor("x", dims=("n", 8)), models.tensor("w", dims=(8, 8))], [models.tensor("y", dims=(8, 8))],
                             {"w": models.WEIGHTS})
        made = self.session(graph.SerializeToString())
        self.assertEqual([port.name for port in made.get_inputs()], ["x"])
        self.assertEqual([port.name for port in made.get_overridable_initializers()], ["w"])
        x = np.ones((1, 8), np.float32)
        np.testing.assert_array_equal(made.run(None, {"x": x})[0], models.WEIGHTS + 1)
        np.testing.assert_array_equal(made.run(None, {"x": x, "w": 2 * models.WEIGHTS})[0], 2 * models.WEIGHTS + 1)

    def test_options_that_applications_set(self):
        options = self.ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.graph_optimization_level = self.ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.execution_mode = self.ort.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.some", "1")
        self.assertEqual(options.get_session_config_entry("session.some"), "1")
        with self.assertRaisesRegex(RuntimeError, "session.other"):
            options.get_session_config_entry("session.other")
        options.add_free_dimension_override_by_name("n", 3)
        made = self.session(described(), sess_options=options)
        self.assertEqual(made.get_inputs()[0].shape, [3, 8])
        self.assertEqual(made.get_session_options().intra_op_num_threads, 1)
        np.testing.assert_array_equal(made.run(["less"], {"a": X, "b": X[0]})[0], -X)
        with self.assertRaises(AttributeError):
            options.intra_op_threads = 1

    def test_run_options(self):
        made, options = self.session(described()), self.ort.RunOptions()
        options.log_severity_level = 3
        options.add_run_config_entry("some", "1")
        self.assertEqual(options.get_run_config_entry("some"), "1")
        made.run(None, {"a": X, "b": X[0]}, options)
        options.terminate = True
        with self.raises("Fail", "terminate"):
            made.run(None, {"a": X, "b": X[0]}, options)

    def test_providers(self):
        self.assertIn("CPUExecutionProvider", self.ort.get_available_providers())
        self.assertEqual(self.session(described()).get_providers(), ["CPUExecutionProvider"])
        self.assertEqual(list(self.session(described()).get_provider_options()), ["CPUExecutionProvider"])
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            made = self.ort.InferenceSession(described(), providers=["AbsentExecutionProvider", "CPUExecutionProvider"])
        self.assertIn("AbsentExecutionProvider", str(seen[0].message))
        self.assertEqual(made.get_providers()[-1], "CPUExecutionProvider")

    def test_ort_values(self):
        value = self.ort.OrtValue.ortvalue_from_numpy(X)
        self.assertEqual((value.shape(), value.data_type(), value.element_type(), value.is_tensor(), value.has_value(),
                          value.is_tensor_sequence(), value.is_sparse_tensor(), value.device_name().lower()),
                         ([3, 8], "tensor(float)", 1, True, True, False, False, "cpu"))
        np.testing.assert_array_equal(value.numpy(), X)
        room = self.ort.OrtValue.ortvalue_from_shape_and_type([3, 8], np.float32)
        room.update_inplace(X)
        np.testing.assert_array_equal(room.numpy(), X)
        made = self.session(described())
        results = made.run_with_ort_values(["sum"], {"a": value, "b": self.ort.OrtValue.ortvalue_from_numpy(X[0])})
        np.testing.assert_array_equal(results[0].numpy(), X + X[0])
        np.testing.assert_array_equal(made.run(["less"], {"a": value, "b": X[0]})[0], -X)

    def test_types_that_numpy_has_not(self):
        graph = models.model([helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)],
                             [models.tensor("x", TensorProto.BFLOAT16)], [models.tensor("y")])
        bits = np.array([0x3F80, 0xC000], np.uint16)
        value = self.ort.OrtValue.ortvalue_from_numpy_with_onnx_type(bits, TensorProto.BFLOAT16)
        self.assertEqual((value.element_type(), value.data_type()), (TensorProto.BFLOAT16, "tensor(bfloat16)"))
        y, = self.session(graph.SerializeToString()).run_with_ort_values(None, {"x": value})
        self.assertEqual(y.numpy().tolist(), [1, -2])

    def test_bound_inputs_and_outputs(self):
        made = self.session(described())
        binding = made.io_binding()
        binding.bind_cpu_input("a", X)
        binding.bind_ortvalue_input("b", self.ort.OrtValue.ortvalue_from_numpy(X[0].copy()))
        room = self.ort.OrtValue.ortvalue_from_shape_and_type([3, 8], np.float32)
        binding.bind_output("less")
        binding.bind_ortvalue_output("sum", room)
        binding.synchronize_inputs()
        made.run_with_iobinding(binding)
        binding.synchronize_outputs()
        less, total = binding.copy_outputs_to_cpu()
        np.testing.assert_array_equal(less, -X)
        np.testing.assert_array_equal(total, X + X[0])
        np.testing.assert_array_equal(room.numpy(), X + X[0])
        self.assertEqual([value.shape() for value in binding.get_outputs()], [[3, 8], [3, 8]])

    def test_bound_memory_of_the_application(self):
        made = self.session(described())
        a, total = X.copy(), np.zeros((3, 8), np.float32)
        binding = made.io_binding()
        binding.bind_input("a", "cpu", 0, np.float32, a.shape, a.ctypes.data)
        binding.bind_cpu_input("b", X[0].copy())
        binding.bind_output("sum", "cpu", 0, np.float32, total.shape, total.ctypes.data)
        for _ in range(2):
            made.run_with_iobinding(binding)
            np.testing.assert_array_equal(total, a + X[0])
            a += 1
        binding.clear_binding_outputs()
        binding.bind_output("less")
        made.run_with_iobinding(binding)
        np.testing.assert_array_equal(binding.copy_outputs_to_cpu()[0], -a)

    def test_asynchronous_runs(self):
        made, done, seen = self.session(described()), threading.Event(), []

        def callback(results, data, error):
            seen.append((results, data, error))
            done.set()

        made.run_async(["less"], {"a": X, "b": X[0]}, callback, "mine")
        self.assertTrue(done.wait(30))
        results, data, error = seen[0]
        np.testing.assert_array_equal(results[0], -X)
        self.assertEqual((data, error), ("mine", ""))


class Onnxruntime(Calls, unittest.TestCase):
    ort = onnxruntime


class Landfall(Calls, unittest.TestCase):
    ort = landfall.onnxruntime


class Own(unittest.TestCase):
    """What only Landfall's module does."""

    ort = landfall.onnxruntime

    def test_bound_memory_of_packed_types(self):
        """Elements of less than a byte share bytes in memory that is bound; an odd number of them."""
        for name, (number, bits) in runtime.NARROW.items():
            if bits == 8 or bits == 16:
                continue
            values = [1, 0, 1, 1, 0] if bits == 2 else [1, 4, 2, 1, 0]
            signed = [-value for value in values] if not name.startswith("u") else values
            x = np.array(signed, np.float32).astype(getattr(ml_dtypes, name))
            graph = models.model([helper.make_node("Identity", ["x"], ["y"])], [models.tensor("x", number)],
                                 [models.tensor("y", number)], opset=25)
            binding = self.ort.InferenceSession(graph.SerializeToString()).io_binding()
            given = runtime.packed(x)
            guarded = np.full(len(given) + 1, 0xAA, np.uint8)
            binding.bind_input("x", "cpu", 0, number, x.shape, given.ctypes.data)
            binding.bind_output("y", "cpu", 0, number, x.shape, guarded.ctypes.data)
            binding._session.run_with_iobinding(binding)
            np.testing.assert_array_equal(guarded[:-1], given, name)
            self.assertEqual(guarded[-1], 0xAA)
            have = binding.copy_outputs_to_cpu()[0]
            np.testing.assert_array_equal(have.astype(np.float32), x.astype(np.float32), name)

    def test_a_model_that_breaks_rules_is_one(self):
        with self.assertRaises(landfall.onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph):
            self.ort.InferenceSession(models.parse("g (float[n] x) => (float[n] y) { z = Exp(x) }").SerializeToString())

    def test_devices(self):
        for device in ("reef2", "cpu"):
            made = self.ort.InferenceSession(described(), providers=[("LandfallExecutionProvider", {"device": device})])
            self.assertEqual(made.get_provider_options()["LandfallExecutionProvider"], {"device": device})
            np.testing.assert_array_equal(made.run(["less"], {"a": X, "b": X[0]})[0], -X)
        chip = Path(__file__).parents[2] / "targets/reef/chips/reef2.chip"
        for device, made_on in (("reef", "reef1"), (f"reef:{chip}", "reef2")):
            made = self.ort.InferenceSession(described(), provider_options=[{"device": device}])
            self.assertEqual(made._model.device, made_on)
        for device, reason in (("abacus", "no device 'abacus'.*'reef1'"), ("reef:absent.chip", "absent.chip: cannot open")):
            with self.assertRaisesRegex(landfall.onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, reason):
                self.ort.InferenceSession(described(), provider_options=[{"device": device}])
        with self.assertRaisesRegex(landfall.onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, "'many'"):
            self.ort.InferenceSession(described(), provider_options=[{"threads": "many"}])
        with self.assertRaisesRegex(ValueError, "same length"):
            self.ort.InferenceSession(described(), providers=["CPUExecutionProvider"], provider_options=[{}, {}])
        with self.assertRaisesRegex(landfall.Error, "no option 'speed'; its options are device, threads"):
            self.ort.InferenceSession(described(), provider_options=[{"speed": "1"}])

    def test_one_line_of_an_application_and_a_device_from_outside(self):
        application = ("session = ort.InferenceSession({model!r}, providers=['CPUExecutionProvider'])\n"
                       "print(session._model.device)\n")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "model.onnx").write_bytes(described())
            code = "import landfall.onnxruntime as ort\n" + application.format(model=f"{folder}/model.onnx")
            for device in ("reef2", "cpu"):
                process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                         env={**os.environ, "LANDFALL_DEVICE": device})
                self.assertEqual(process.stdout.strip(), device, process.stderr)

    def test_compiled_models(self):
        compiled = landfall.compile(described())
        with tempfile.TemporaryDirectory() as folder:
            compiled.save(f"{folder}/model.lfm")
            for model in (f"{folder}/model.lfm", compiled.to_bytes()):
                made = self.ort.InferenceSession(model)
                np.testing.assert_array_equal(made.run(["less"], {"a": X, "b": X[0]})[0], -X)

    def test_onnxruntime_is_not_needed(self):
        code = ("import sys; sys.modules['onnxruntime'] = None\n"
                "import landfall.onnxruntime as ort; print(ort.get_available_providers()[0])")
        process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertEqual(process.stdout.strip(), "LandfallExecutionProvider", process.stderr)

    def test_what_has_no_effect_is_said(self):
        options = self.ort.SessionOptions()
        with self.assertWarnsRegex(UserWarning, "enable_profiling has no effect"):
            options.enable_profiling = True
        with self.assertRaisesRegex(landfall.Error, "custom operators"):
            options.register_custom_ops_library("x.so")

    def test_memory_elsewhere_is_refused(self):
        with self.assertRaisesRegex(landfall.Error, "no memory on 'cuda'"):
            self.ort.OrtValue.ortvalue_from_numpy(X, "cuda", 0)

    def test_every_exception_is_also_landfalls(self):
        errors = self.ort.capi.onnxruntime_pybind11_state
        for name in errors.__all__:
            self.assertTrue(issubclass(getattr(errors, name), landfall.Error))
            self.assertTrue(hasattr(onnxruntime.capi.onnxruntime_pybind11_state, name), name)


if __name__ == "__main__":
    unittest.main()
