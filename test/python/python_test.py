"""The Python package: what it takes, what it refuses, and with which words."""

import json
import signal
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
from nanobind.stubgen import StubGen
from onnx import TensorProto, helper

import landfall

sys.path.append(str(Path(__file__).resolve().parents[1]))
from short_chip import save_short_chip  # noqa: E402

X, Y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("x", ["n"]), ("y", ["m"])))
Z = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)


def softmax(name, output):
    """Which no vector has the axis of."""
    return helper.make_node("Softmax", ["x"], [output], name, axis=7)


def model(nodes, inputs, outputs, opset=17):
    graph = helper.make_graph(nodes, "graph", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def tensor(name, dtype=TensorProto.FLOAT, dims=("n",)):
    return helper.make_tensor_value_info(name, dtype, dims)


class Python(unittest.TestCase):
    def test_arrays_of_the_other_byte_order_mean_the_same(self):
        relu = landfall.compile(model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x")], [tensor("y")]))
        for dtype in ("<f4", ">f4"):
            np.testing.assert_array_equal(relu.run({"x": np.array([1, -2, 3], dtype)})["y"], [1, 0, 3])

    def test_other_inputs_are_refused_in_words(self):
        relu = landfall.compile(model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x")], [tensor("y")]))
        with self.assertRaisesRegex(landfall.Error, "not supported"):
            relu.run({"x": np.zeros(3, np.longdouble)})
        with self.assertRaisesRegex(landfall.Error, "inputs are: 'x'"):
            relu.run({"z": np.zeros(3, np.float32)})
        with self.assertRaisesRegex(TypeError, "NoneType"):
            landfall.compile(None)
        with self.assertRaisesRegex(landfall.Error, "abacus"):
            landfall.compile(b"", target="abacus")  # The older name of device.

    def test_a_simulated_device_takes_options(self):
        relu = model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x")], [tensor("y")])
        compiled = landfall.compile(relu, device="reef1", own_process=True, require_target=True)
        np.testing.assert_array_equal(compiled.run({"x": np.array([1, -2], np.float32)})["y"], [1, 0])
        with tempfile.TemporaryDirectory() as folder:
            compiled.save(f"{folder}/relu.lfm")
            with self.assertRaisesRegex(landfall.Error, "timeout of 0 s"):
                landfall.load(f"{folder}/relu.lfm", "reef1", timeout_seconds=0)

    def test_sizes_that_a_device_refuses(self):
        long = model([helper.make_node("Exp", ["x"], ["y"])], [tensor("x")], [tensor("y")])
        few, many = ({"x": np.zeros(count, np.float32)} for count in (100, 1_000_000))
        folder = self.enterContext(tempfile.TemporaryDirectory())
        device = save_short_chip(f"{folder}/short.chip")
        compiled = landfall.compile(long, device=device)
        with self.assertWarnsRegex(UserWarning, "does not run its kernel at these sizes, because"):
            self.assertTrue((compiled.run(many)["y"] == 1).all())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertTrue((compiled.run(few)["y"] == 1).all())
        compiled.save(f"{folder}/long.lfm")
        strict = [landfall.compile(long, device=device, require_target=True),
                  landfall.load(f"{folder}/long.lfm", device, require_target=True)]
        for each in strict:
            self.assertTrue((each.run(few)["y"] == 1).all())
            with self.assertRaises(landfall.Error) as raised:
                each.run(many)
            self.assertEqual((raised.exception.code, raised.exception.operator), ("unsupported", "Exp"))

    def test_every_optimisation_may_be_left_out(self):
        nodes = [helper.make_node("MatMul", ["x", "x"], ["p"]), helper.make_node("Add", ["p", "x"], ["q"]),
                 helper.make_node("Softmax", ["q"], ["s"]), helper.make_node("ReduceMean", ["s"], ["y"], axes=[0])]
        product = model(nodes, [tensor("x", dims=("n", "n"))], [tensor("y", dims=None)])
        with self.assertRaisesRegex(landfall.Error, "these can: ") as refused:
            landfall.compile(product, skip_steps=["inline_producers"])
        steps = str(refused.exception).rpartition("these can: ")[2].split(", ")
        self.assertIn("inline_producer", steps)
        x = np.random.default_rng(5).standard_normal((40, 40)).astype(np.float32)
        expected = landfall.compile(product).run({"x": x})["y"]
        for skipped in [[step] for step in steps] + [steps]:
            with self.subTest(skipped):
                y = landfall.compile(product, skip_steps=skipped).run({"x": x})["y"]
                np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-6)

    def test_axes_of_a_slice_may_come_with_the_run(self):
        indices = [tensor(name, TensorProto.INT64, (2,)) for name in ("starts", "ends", "axes")]
        cut = landfall.compile(model([helper.make_node("Slice", ["x", "starts", "ends", "axes"], ["y"])],
                                     [tensor("x", dims=("n", "m")), *indices], [tensor("y", dims=None)]))
        x = np.arange(20, dtype=np.float32).reshape(4, 5)
        for rows, columns in (((1, 2**63 - 1), (0, 2)), ((-100, 2**62), (1, -2**63)), ((-3, -1), (-4, 100))):
            y = cut.run({"x": x, "starts": np.array([columns[0], rows[0]]), "ends": np.array([columns[1], rows[1]]),
                         "axes": np.array([1, 0])})["y"]
            np.testing.assert_array_equal(y, x[slice(*rows), slice(*columns)])

    def test_elements_of_a_sequence_have_the_declared_rank(self):
        sequence = helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, ["n"])
        first = landfall.compile(model([helper.make_node("SequenceAt", ["s", "p"], ["t"]),
                                        helper.make_node("ReduceSum", ["t"], ["y"], keepdims=0)],
                                       [sequence, tensor("p", TensorProto.INT64, ())], [tensor("y", dims=())]))
        self.assertEqual(first.run({"s": [np.array([1, 2], np.float32)], "p": np.array(0)})["y"], 3)
        with self.assertRaisesRegex(landfall.Error, "rank 2"):
            first.run({"s": [np.ones((2, 2), np.float32)], "p": np.array(0)})

    def test_a_package_for_other_machines_is_not_loaded_here(self):
        relu = model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x")], [tensor("y")])
        package = landfall.compile_package(relu, variants=["riscv64-gc"])
        with self.assertRaisesRegex(landfall.Error, "holds riscv64-gc"):
            landfall.load(package)
        with self.assertRaisesRegex(landfall.Error, "abacus"):
            landfall.compile_package(relu, device="abacus")
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(relu, f"{folder}/relu.onnx")
            here = landfall.load(landfall.compile_package(f"{folder}/relu.onnx", variants=["native"]))
        np.testing.assert_array_equal(here.run({"x": np.array([1, -2], np.float32)})["y"], [1, 0])

    def test_a_compiled_model_is_bytes_too(self):
        relu = landfall.compile(model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x")], [tensor("y")]))
        again = landfall.load(relu.to_bytes(), threads=1)
        np.testing.assert_array_equal(again.run({"x": np.array([1, -2], np.float32)})["y"], [1, 0])
        self.assertEqual(again.device, "cpu")
        self.assertEqual(again.inputs[0].shape, ["n"])
        self.assertEqual(json.loads(again.describe())["target"], "cpu")
        self.assertEqual(again.profile({"x": np.zeros(2, np.float32)}, repeat=2)["runs"], 2)
        self.assertEqual(len(again.time({"x": np.zeros(2, np.float32)}, 3)), 3)
        self.assertGreaterEqual(again.statistics({"x": np.zeros(2, np.float32)})["launches"], 1)

    def test_devices_are_listed_and_described(self):
        self.assertIn("cpu", landfall.devices())
        self.assertEqual(landfall.describe_device("reef1")["target"], "reef")
        with self.assertRaisesRegex(landfall.Error, "abacus"):
            landfall.describe_device("abacus")

    def test_a_query_says_where_each_node_would_run(self):
        graph = model([helper.make_node("Relu", ["x"], ["a"], "relu"), helper.make_node("Foo", ["a"], ["b"], "foo", domain="acme"),
                       helper.make_node("Neg", ["b"], ["c"], "neg"), softmax("soft", "z"),
                       helper.make_node("Abs", ["a"], ["y"], "abs")], [X], [Z, Y])
        where = {node["name"]: (node["where"], node["reason"]) for node in landfall.query(graph, "reef1")["nodes"]}
        self.assertEqual([where[name][0] for name in ("relu", "foo", "neg", "soft", "abs")],
                         ["device", "nowhere", "nowhere", "refused", "device"])
        self.assertIn("axis", where["soft"][1])
        shape = landfall.query(model([helper.make_node("Shape", ["x"], ["s"], "shape"),
                                      helper.make_node("Expand", ["x", "s"], ["y"], "expand")], [X], [Y]))
        self.assertEqual(shape["nodes"][0]["where"], "compiler")
        with self.assertRaisesRegex(landfall.Error, "model"):
            landfall.query(b"no model")

    def test_arrays_of_all_layouts_are_read(self):
        same = landfall.compile(model([helper.make_node("Identity", ["x"], ["y"])],
                                      [tensor("x", TensorProto.INT64, ("n", "m"))],
                                      [tensor("y", TensorProto.INT64, ("n", "m"))]))
        x = np.arange(24).reshape(4, 6)
        x.flags.writeable = False
        for array in (x, x.T, x[::2, ::-1], x[:0], x.astype(np.longlong), x.astype(">i8"), x.tolist() and np.matrix(x)):
            y = same.run({"x": array})["y"]
            np.testing.assert_array_equal(y, array)
            self.assertEqual((y.dtype, y.shape), (np.dtype(np.int64), array.shape))
        self.assertTrue(y.flags.writeable)

    def test_narrow_and_text_arrays_pass_both_ways(self):
        same = landfall.compile(model([helper.make_node("Identity", ["x"], ["y"])],
                                      [tensor("x", TensorProto.STRING)], [tensor("y", TensorProto.STRING)]))
        texts = np.array(["a\0b", "", "\u00e9"], object)
        self.assertEqual(list(same.run({"x": texts})["y"]), list(texts))
        four = landfall.compile(model([helper.make_node("Cast", ["x"], ["y"], to=TensorProto.INT4)],
                                      [tensor("x")], [tensor("y", TensorProto.INT4)], opset=21))
        y = four.run({"x": np.array([-8, 7], np.float32)})["y"]
        self.assertEqual((y.dtype, list(y.astype(int))), (np.dtype(ml_dtypes.int4), [-8, 7]))

    def test_ctrl_c_ends_a_run_while_other_threads_go_on(self):
        with subprocess.Popen([sys.executable, "-c", ENDLESS_RUN], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            self.assertEqual(child.stdout.readline(), "running\n")
            child.send_signal(signal.SIGINT)
            self.assertIn("KeyboardInterrupt", child.communicate(timeout=60)[1])

    def test_a_run_ends_when_its_time_or_memory_is_up(self):
        text = ENDLESS_RUN[:ENDLESS_RUN.index("def speak")]
        names = {}
        exec(text, names)
        inputs = {"n": np.array(2**62), "x": np.array(0, np.float32)}
        with self.assertRaises(landfall.Error) as caught:
            names["model"].run(inputs, time_limit=0.1)
        self.assertEqual(caught.exception.code, "cancelled")
        self.assertIn("time limit of 0.1 s", caught.exception.reason)
        relu = landfall.compile(model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x")], [tensor("y")]))
        x = np.ones(2, np.float32)
        self.assertEqual(list(relu.run({"x": x}, time_limit=60, memory_limit=1 << 20)["y"]), [1, 1])
        with self.assertRaises(landfall.Error) as caught:
            relu.run({"x": x}, memory_limit=7)
        self.assertEqual(caught.exception.code, "out_of_memory")
        self.assertEqual(caught.exception.sizes["memory limit"], 7)
        with self.assertRaises(landfall.Error):
            relu.run({"x": x}, time_limit=-1)

    def test_the_stubs_are_those_of_the_module(self):
        stub = StubGen(landfall._landfall)
        stub.put(landfall._landfall)
        path = Path(__file__).resolve().parents[2] / "apps/python/landfall/_landfall.pyi"
        self.assertEqual(stub.get(), path.read_text(), f"write them again: PYTHONPATH=build/python "
                         f"python -m nanobind.stubgen -m landfall._landfall -o {path}")


# Counts to 2**62; a second thread speaks while the first runs.
ENDLESS_RUN = """
import threading, time
import numpy as np
from onnx import TensorProto, helper
import landfall

def scalar(name, dtype):
    return helper.make_tensor_value_info(name, dtype, ())

body = helper.make_graph(
    [helper.make_node("Add", ["a", "a"], ["b"]), helper.make_node("Identity", ["go"], ["on"])], "body",
    [scalar("i", TensorProto.INT64), scalar("go", TensorProto.BOOL), scalar("a", TensorProto.FLOAT)],
    [scalar("on", TensorProto.BOOL), scalar("b", TensorProto.FLOAT)])
graph = helper.make_graph([helper.make_node("Loop", ["n", "", "x"], ["y"], body=body)], "graph",
                          [scalar("n", TensorProto.INT64), scalar("x", TensorProto.FLOAT)],
                          [scalar("y", TensorProto.FLOAT)])
model = landfall.compile(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))

def speak():
    time.sleep(0.5)
    print("running", flush=True)

threading.Thread(target=speak, daemon=True).start()
model.run({"n": np.array(2**62), "x": np.array(0, np.float32)})
"""

class Errors(unittest.TestCase):
    """What an error says is data: file, node, operator, sizes."""

    def error_of(self, action, *arguments, **named):
        with self.assertRaises(landfall.Error) as caught:
            action(*arguments, **named)
        error = caught.exception
        self.assertIn(error.reason, str(error))
        for part in (error.file, error.node, error.operator):
            self.assertTrue(part is None or part in str(error), str(error))
        return error

    def place(self, error):
        return error.code, error.file, error.node, error.operator, error.enclosing, error.sizes

    def test_importing_a_named_node(self):
        error = self.error_of(landfall.compile, model([softmax("soft", "z")], [X], [Z]))
        self.assertEqual(self.place(error), ("invalid_model", "model", "soft", "Softmax", [], {}))
        self.assertNotIn("soft'", error.reason)

    def test_importing_a_node_without_a_name(self):
        error = self.error_of(landfall.compile, model([softmax("", "z")], [X], [Z]))
        self.assertEqual(self.place(error), ("invalid_model", "model", "z", "Softmax", [], {}))
        self.assertIn("the node giving 'z'", str(error))

    def test_importing_a_node_of_a_subgraph(self):
        body = helper.make_graph([softmax("inner", "z")], "body", [tensor("each", TensorProto.FLOAT, ())], [Z])
        scan = helper.make_node("Scan", ["x"], ["z"], "scan", body=body, num_scan_inputs=1)
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/scan.onnx"
            onnx.save(model([scan], [X], [Z]), path)
            error = self.error_of(landfall.compile, path)
        self.assertEqual(self.place(error), ("invalid_model", path, "inner", "Softmax", ["scan"], {}))

    def test_a_branch_that_can_only_fail_fails_the_run_that_takes_it(self):
        then, other = (helper.make_graph([node], "branch", [], [Z]) for node in (
            softmax("inner", "z"), helper.make_node("Relu", ["x"], ["z"])))
        choose = helper.make_node("If", ["c"], ["z"], "choose", then_branch=then, else_branch=other)
        with self.assertWarnsRegex(UserWarning, r"'choose' \(If\): .*'inner' \(Softmax"):
            made = landfall.compile(model([choose], [X, tensor("c", TensorProto.BOOL, ())], [Z]))
        x = np.array([-1, 2], np.float32)
        np.testing.assert_array_equal(made.run({"x": x, "c": np.array(False)})["z"], np.maximum(x, 0))
        error = self.error_of(made.run, {"x": x, "c": np.array(True)})
        self.assertEqual(error.code, "run_failed")
        self.assertIn("'inner' (Softmax", str(error))

    def test_unknown_operators(self):
        error = self.error_of(landfall.compile, model([helper.make_node("Foo", ["x"], ["z"], "foo", domain="acme")], [X], [Z]))
        self.assertEqual(self.place(error), ("unsupported", "model", "foo", "acme.Foo", [], {}))

    def test_a_failed_requirement_has_its_sizes(self):
        for name, node in (("sum", "sum"), ("", "z")):
            add = landfall.compile(model([helper.make_node("Add", ["x", "y"], ["z"], name)], [X, Y], [Z]))
            error = self.error_of(add.run, {"x": np.zeros(3, np.float32), "y": np.zeros(4, np.float32)})
            self.assertEqual(self.place(error), ("run_failed", "model", node, "Add", [], {"n": 3, "m": 4}))

    def test_a_failed_check_has_its_value(self):
        i = tensor("i", TensorProto.INT64, ("k",))
        gather = landfall.compile(model([helper.make_node("Gather", ["x", "i"], ["z"], "pick")], [X, i], [Z]))
        error = self.error_of(gather.run, {"x": np.zeros(3, np.float32), "i": np.array([0, -9])})
        self.assertEqual(self.place(error), ("run_failed", "model", "pick", "Gather", [], {"index": -9}))

    def test_a_damaged_package(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/damaged.lfm"
            landfall.compile(model([helper.make_node("Relu", ["x"], ["z"])], [X], [Z])).save(path)
            with open(path, "r+b") as file:
                file.truncate(1000)
            error = self.error_of(landfall.load, path)
        self.assertEqual(self.place(error), ("invalid_package", path, None, None, [], {}))
        self.assertEqual(self.error_of(landfall.load, path).code, "io")

    def test_a_path_that_is_none(self):
        relu = landfall.compile(model([helper.make_node("Relu", ["x"], ["z"])], [X], [Z]))
        with tempfile.TemporaryDirectory() as folder:
            relu.save(f"{folder}/a")
            for path in ("", f"{folder}/a\0b"):
                for act in (landfall.load, landfall.compile, landfall.query, relu.save):
                    self.assertEqual(self.error_of(act, path).code, "invalid_argument")

    def test_a_model_is_not_replaced_by_what_it_is_compiled_to(self):
        weight = helper.make_tensor("w", TensorProto.FLOAT, [8], np.arange(8, dtype=np.float32).tobytes(), raw=True)
        add = model([helper.make_node("Add", ["x", "w"], ["z"])], [tensor("x", dims=(8,))], [tensor("z", dims=(8,))])
        add.graph.initializer.append(weight)
        with tempfile.TemporaryDirectory() as folder:
            path, data = Path(folder, "a.onnx"), Path(folder, "w.bin")
            onnx.save(add, path, save_as_external_data=True, location="w.bin", size_threshold=0)
            before = [file.read_bytes() for file in (path, data)]
            compiled = [landfall.compile(path), landfall.compile(path.read_bytes(), directory=folder)]
            link = Path(folder, "link")
            link.symlink_to(data)
            for saved, refused in ((compiled[0], path), (compiled[0], link), (compiled[1], data)):
                self.assertEqual(self.error_of(saved.save, str(refused)).code, "invalid_argument")
            self.assertEqual([file.read_bytes() for file in (path, data)], before)
            compiled[0].save(f"{folder}/a.lfm")

    def test_a_wrong_input(self):
        relu = landfall.compile(model([helper.make_node("Relu", ["x"], ["z"])], [X], [Z]))
        error = self.error_of(relu.run, {"x": np.zeros((3, 3), np.float32)})
        self.assertEqual(self.place(error), ("invalid_argument", "model", None, None, [], {}))


if __name__ == "__main__":
    sys.exit(unittest.main())
