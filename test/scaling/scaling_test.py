"""No cliffs: the work of a pattern grows with its size, and no faster.

    scaling_test.py [PATTERN...]

Each pattern runs at sizes n, 4n and 16n on the interpreter (the device null),
which counts the steps that it executes and the bytes that the host moves: the
same numbers on every machine. A step is done once for all points of the loops
that it does not depend on, as generated code does it, so a computation that
fusion has put into the wrong loop shows, and so does an algorithm that is
slower than its problem, and nodes that cost more together than one by one. Results
are compared with numpy where it has them.
"""

import sys
import time
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import landfall

NODE = helper.make_node
FACTORS = (1, 4, 16)
MOST_OF_PARTS = 3  # Times the work of a pattern's nodes, each run alone.


def value(name, dims, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, dims)


def integers(*values):
    return np.array(values, np.int64)


def model(nodes, inputs, output="y", constants=None, opset=20, dtype=TensorProto.FLOAT):
    graph = helper.make_graph(nodes, "graph", inputs, [value(output, None, dtype)],
                              [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


class Pattern:
    """Nodes from x, of which the axes in `growing` are free; numpy's answer if it is given."""

    def __init__(self, nodes, shape, growing, constants=None, answer=None):
        self.shape, self.growing, self.answer = shape, growing, answer
        self.nodes, self.constants = nodes, constants or {}
        dims = [f"d{axis}" if axis in growing else extent for axis, extent in enumerate(shape)]
        self.model = model(nodes, [value("x", dims)], constants=constants)

    def input(self, factor):
        extents = [extent * factor if axis in self.growing else extent for axis, extent in enumerate(self.shape)]
        return np.random.default_rng(0).standard_normal(extents).astype(np.float32)

    def work_of_parts(self, factor):
        """The sum of what each node takes alone, on the operands that it has here."""
        values, total = {"x": self.input(factor)}, 0
        for node in self.nodes:
            read = [name for name in node.input if name in values]
            constants = {name: self.constants[name] for name in node.input if name in self.constants}
            dims = {name: [f"{name}{axis}" for axis in range(values[name].ndim)] for name in read}
            graph = helper.make_graph(
                [node], "part",
                [value(name, dims[name], helper.np_dtype_to_tensor_dtype(values[name].dtype)) for name in read],
                [helper.make_empty_tensor_value_info(node.output[0])],
                [numpy_helper.from_array(array, name) for name, array in constants.items()])
            part = landfall.compile(helper.make_model(graph, opset_imports=self.model.opset_import, ir_version=9), "null")
            feeds = {name: values[name] for name in read}
            total += work(part, feeds)
            values |= part.run(feeds)
        return total


# What has folds inside: a value of each row that its elements need.
NORMALISATIONS = {
    "softmax": ([NODE("Softmax", ["x"], ["l"], axis=-1)], [4, 16, 16], {}, [(1,), (2,)]),
    "softmax_of_few": ([NODE("Softmax", ["x"], ["l"], axis=-1)], [4, 16, 5], {}, [(1,)]),
    "instance_norm": ([NODE("InstanceNormalization", ["x", "gain", "bias"], ["l"])], [2, 8, 64],
                      {"gain": np.ones(8, np.float32), "bias": np.zeros(8, np.float32)}, [(2,)]),
    "layer_norm": ([NODE("LayerNormalization", ["x", "gain"], ["l"], axis=-1)], [4, 16, 16],
                   {"gain": np.ones(16, np.float32)}, [(1,)]),
}
# What reads it, from l to y.
CONSUMERS = {
    "transpose": ([NODE("Transpose", ["l"], ["y"], perm=[0, 2, 1])], {}),
    "sum_last": ([NODE("ReduceSum", ["l", "axes"], ["y"])], {"axes": integers(2)}),
    "mean_middle": ([NODE("ReduceMean", ["l", "axes"], ["y"])], {"axes": integers(1)}),
    "max_first": ([NODE("ReduceMax", ["l", "axes"], ["y"])], {"axes": integers(0)}),
    "sum_all": ([NODE("ReduceSum", ["l"], ["y"])], {}),
    "norm_of_two": ([NODE("ReduceL2", ["l", "axes"], ["y"])], {"axes": integers(1, 2)}),
    "arg_max": ([NODE("ArgMax", ["l"], ["a"], axis=2), NODE("Cast", ["a"], ["y"], to=TensorProto.FLOAT)], {}),
    "concat": ([NODE("Concat", ["l", "x"], ["y"], axis=1)], {}),
    "slice": ([NODE("Slice", ["l", "from", "to", "axes"], ["y"])],
              {"from": integers(0), "to": integers(-1), "axes": integers(2)}),
    "transpose_sum": ([NODE("Transpose", ["l"], ["t"], perm=[0, 2, 1]), NODE("ReduceSum", ["t", "axes"], ["y"])],
                      {"axes": integers(2)}),
    "gather": ([NODE("Gather", ["l", "rows"], ["y"], axis=1)], {"rows": integers(0, 0, 1)}),
    "softmax": ([NODE("Softmax", ["l"], ["y"], axis=-1)], {}),
    "softmax_middle": ([NODE("Softmax", ["l"], ["y"], axis=1)], {}),
    "average_pool": ([NODE("AveragePool", ["l"], ["y"], kernel_shape=[3])], {}),
    "max_pool": ([NODE("MaxPool", ["l"], ["y"], kernel_shape=[3], pads=[1, 1])], {}),
    "global_pool": ([NODE("GlobalAveragePool", ["l"], ["y"])], {}),
    "pad": ([NODE("Pad", ["l", "amounts"], ["y"])], {"amounts": integers(0, 0, 1, 0, 0, 1)}),
    "tile": ([NODE("Tile", ["l", "times"], ["y"])], {"times": integers(1, 1, 2)}),
    "relu_sum": ([NODE("Relu", ["l"], ["r"]), NODE("ReduceSum", ["r", "axes"], ["y"])], {"axes": integers(1)}),
    "centre": ([NODE("ReduceMean", ["l", "axes"], ["m"]), NODE("Sub", ["l", "m"], ["y"])], {"axes": integers(1)}),
    "flatten_mean": ([NODE("Flatten", ["l"], ["f"], axis=1), NODE("ReduceMean", ["f", "axes"], ["y"])],
                     {"axes": integers(1)}),
    "cum_sum": ([NODE("CumSum", ["l", "axis"], ["y"])], {"axis": np.array(2, np.int64)}),
}


def transform(x):
    spectrum = np.fft.fft(x[..., 0], axis=1)
    return np.stack([spectrum.real, spectrum.imag], -1)


def patterns():
    result = {}
    for name, (nodes, shape, constants, growths) in NORMALISATIONS.items():
        for growing in growths:
            for consumer, (more, others) in CONSUMERS.items():
                result[f"{name}-{consumer}-{growing[0]}"] = Pattern(nodes + more, shape, growing, constants | others)
    axis = {"axis": np.array(1, np.int64)}
    dft = [NODE("DFT", ["x", "", "axis"], ["y"])]
    result["dft-power"] = Pattern(dft, [1, 64, 1], (1,), axis, transform)
    result["dft-odd"] = Pattern(dft, [1, 67, 1], (1,), axis, transform)
    result["dft-prime"] = Pattern(dft, [1, 131, 1], (1,), axis, transform)  # Too large a factor at every size.
    windows = [NODE("AveragePool", ["x"], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1])]
    result["average_pool"] = Pattern(windows, [1, 2, 8, 8], (2,))
    return result


def work(compiled, inputs):
    """Steps, and elements moved, for one run."""
    counters = compiled.profile(inputs, repeat=1)["total"].get("counters")
    return counters["instructions"] + counters["memory_bytes"] / 4 if counters else 0  # Nothing runs for a reshape.


class Growth(unittest.TestCase):
    def expect_linear(self, name, costs, slack):
        self.assertLess(costs[-1], slack * costs[0], f"{name}: the work for an element at sizes n, 4n and 16n is "
                        f"{', '.join(f'{cost:.1f}' for cost in costs)}")

    def test_patterns(self):
        wanted = sys.argv[1:]
        for name, pattern in patterns().items():
            if wanted and name not in wanted:
                continue
            with self.subTest(name):
                compiled = landfall.compile(pattern.model, "null")
                costs = []
                for factor in FACTORS:
                    x = pattern.input(factor)
                    total = work(compiled, {"x": x})
                    costs.append(total / x.size)
                    self.assertLess(total, MOST_OF_PARTS * pattern.work_of_parts(factor), name)
                    if pattern.answer:
                        np.testing.assert_allclose(compiled.run({"x": x})["y"], pattern.answer(x), rtol=1e-3, atol=1e-3)
                # n log n; a transform's padding doubles at some lengths.
                self.expect_linear(name, costs, 3.5 if name.startswith("dft") else 1.6)

    def test_transforms_of_any_length(self):
        random = np.random.default_rng(0)
        for parts, inverse in ((1, 0), (2, 0), (2, 1)):
            node = NODE("DFT", ["x", "", "axis"], ["y"], inverse=inverse)
            transforms = landfall.compile(model([node], [value("x", ["b", "n", "m", parts])],
                                                constants={"axis": np.array(1, np.int64)}), "cpu")
            for length in (1, 2, 7, 32, 37, 64, 74, 101, 131, 263, 1000, 1517, 2048):
                for beside in ((1, 1), (3, 2)):
                    x = random.standard_normal((beside[0], length, beside[1], parts)).astype(np.float32)
                    y = transforms.run({"x": x})["y"]
                    signal = x[..., 0] + 1j * (x[..., 1] if parts == 2 else 0)
                    spectrum = np.fft.ifft(signal, axis=1) * length if inverse else np.fft.fft(signal, axis=1)
                    scale = length if inverse else 1
                    np.testing.assert_allclose(y[..., 0] * scale + 1j * y[..., 1] * scale, spectrum, rtol=1e-5,
                                               atol=2e-5 * length ** 0.5, err_msg=f"{length} {parts} {inverse}")

    def test_selections_of_any_size(self):
        """In generated code, where the run chooses between taking a few and sorting all."""
        random = np.random.default_rng(0)

        def values(dtype, n):
            if np.issubdtype(dtype, np.floating):
                x = random.integers(-n, n, (3, n)).astype(dtype)
                specials = np.array([-0.0, np.inf, np.nan, -np.inf, 0], dtype)
                return np.where(random.random((3, n)) < .2, specials[random.integers(0, 5, (3, n))], x)
            low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
            x = random.integers(low, high, (3, n), dtype, endpoint=True)
            return np.where(random.random((3, n)) < .4, np.array([low, high, 1], dtype)[random.integers(0, 3, (3, n))], x)

        def first(x, largest):  # numpy sorts NaN behind all numbers.
            if not largest:
                return np.argsort(x, axis=1, kind="stable")
            return x.shape[1] - 1 - np.argsort(x[:, ::-1], axis=1, kind="stable")[:, ::-1]

        for dtype in map(np.dtype, ("f2", "f4", "f8", "i1", "i4", "i8", "u1", "u4", "u8")):
            for axis, largest in ((1, 1), (1, 0), (0, 1)):
                node = NODE("TopK", ["x", "k"], ["values", "y"], axis=axis, largest=largest)
                inputs = [value("x", ["a", "b"], helper.np_dtype_to_tensor_dtype(dtype)),
                          value("k", [1], TensorProto.INT64)]
                compiled = landfall.compile(model([node], inputs, dtype=TensorProto.INT64), "cpu")
                for n in (1, 5, 16, 63, 65, 127, 129, 1000, 4099):
                    for k in {0, 1, n // 16, n // 2, n}:
                        x = values(dtype, n)
                        expected = first(x, largest)[:, :k]
                        y = compiled.run({"x": x if axis else x.T.copy(), "k": integers(k)})["y"]
                        np.testing.assert_array_equal(y if axis else y.T, expected, f"{dtype} {k} of {n}")

    def test_suppression_of_any_size(self):
        random = np.random.default_rng(0)
        scalar = [value(name, [1], dtype) for name, dtype in (("most", TensorProto.INT64), ("overlap", 1), ("least", 1))]
        compiled = landfall.compile(model(
            [NODE("NonMaxSuppression", ["boxes", "scores", "most", "overlap", "least"], ["y"])],
            [value("boxes", ["b", "n", 4]), value("scores", ["b", "c", "n"]), *scalar], dtype=TensorProto.INT64), "cpu")

        def kept(boxes, scores, most, overlap, least):
            result = []
            for box in np.argsort(-scores, kind="stable"):
                size = np.minimum(boxes[box, 2:], boxes[result, 2:]) - np.maximum(boxes[box, :2], boxes[result, :2])
                common = np.where((size > 0).all(1), size.prod(1), np.float32(0))
                area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
                if scores[box] > least and len(result) < most and not (
                        common / (area[box] + area[result] - common) > overlap).any():
                    result.append(box)
            return result

        for n in (1, 16, 65, 300):
            corners = random.random((2, n, 2), np.float32)
            boxes = np.concatenate([corners, corners + np.float32(.2)], -1)
            scores = np.round(random.random((2, 3, n), np.float32) * 50) / 50
            for most, overlap, least in ((0, .5, 0), (3, .1, .5), (n, .3, .9), (n + 9, 0, .2)):
                limits = {"most": integers(most), "overlap": np.float32([overlap]), "least": np.float32([least])}
                rows = [(b, c, k) for b in range(2) for c in range(3)
                        for k in kept(boxes[b], scores[b, c], most, np.float32(overlap), np.float32(least))]
                np.testing.assert_array_equal(compiled.run({"boxes": boxes, "scores": scores, **limits})["y"],
                                              np.array(rows, np.int64).reshape(-1, 3), f"{most} of {n}")

    def test_windows_have_no_more_taps_than_their_input(self):
        for operator in ("AveragePool", "MaxPool", "LpPool"):
            costs = []
            for window in (20, 4000):
                node = NODE(operator, ["x"], ["y"], kernel_shape=[window], strides=[window], ceil_mode=1,
                            **({"pads": [3, 3]} if operator != "LpPool" else {}))
                compiled = landfall.compile(model([node], [value("x", [1, 2, "n"])]), "null")
                costs.append(work(compiled, {"x": np.zeros((1, 2, 18), np.float32)}))
            self.assertLess(costs[1], 2 * costs[0], operator)

    def grown(self, nodes, state, result):
        """A loop over n that carries a list."""
        scalar = [value("i", (), TensorProto.INT64), value("go", (), TensorProto.BOOL)]
        body = helper.make_graph([NODE("Identity", ["go"], ["on"]), *nodes], "body", [*scalar, state],
                                 [value("on", (), TensorProto.BOOL), result])
        return model([NODE("SequenceEmpty", [], ["empty"]), NODE("Loop", ["n", "", "empty"], ["list"], body=body),
                      NODE("SequenceLength", ["list"], ["y"])],
                     [value("n", (), TensorProto.INT64), value("x", ["k"])], dtype=TensorProto.INT64)

    def test_a_list_that_a_loop_grows(self):
        kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, ["k"]))
        state, result = (helper.make_value_info(name, kind) for name in ("s", "t"))
        compiled = landfall.compile(self.grown([NODE("SequenceInsert", ["s", "x"], ["t"])], state, result), "null")
        for length in (1, 100, 20000):  # Seconds, if each step copied the list.
            inputs = {"n": np.array(length), "x": np.ones(3, np.float32)}
            self.assertEqual(compiled.run(inputs)["y"], length)

    def test_functions_of_functions(self):
        # 2^12 copies of one node in the end, all alike.
        functions = [helper.make_function("own", f"f{level}", ["x"], ["y"], [
            NODE(f"f{level - 1}", ["x"], ["t"], domain="own") if level else NODE("Sin", ["x"], ["t"]),
            NODE(f"f{level - 1}", ["t"], ["y"], domain="own") if level else NODE("Cos", ["t"], ["y"])],
            [helper.make_opsetid("", 20), helper.make_opsetid("own", 1)]) for level in range(12)]
        graph = helper.make_graph([NODE("f11", ["x"], ["y"], domain="own")], "graph", [value("x", ["n"])],
                                  [value("y", ["n"])])
        nested = helper.make_model(graph, functions=functions, ir_version=9,
                                   opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("own", 1)])
        x = np.linspace(-1, 1, 5, dtype=np.float32)
        expected = x
        for _ in range(2**11):
            expected = np.cos(np.sin(expected))
        np.testing.assert_allclose(landfall.compile(nested, "null").run({"x": x})["y"], expected, rtol=1e-4)

    def test_many_readers_of_one_tensor(self):
        """Compiling a node costs as much where 12 times as many read the same constant."""
        costs = []
        for count in (10, 1000, 12000):  # The first loads the compiler.
            nodes = [NODE("MatMul", [f"v{k}", "w"], [f"v{k + 1}"]) for k in range(count)]
            chain = model(nodes, [value("v0", [4, 4])], f"v{count}", {"w": np.eye(4, dtype=np.float32)})
            start = time.process_time()
            landfall.compile(chain, "null")
            costs.append((time.process_time() - start) / count)
        self.assertLess(costs[2], 4 * costs[1])  # 9 times, if each node looked at all readers.

    def test_an_operator_of_many_operands(self):
        for operator, expected in (("Sum", 1999 * 1000), ("Max", 1999)):
            names = [f"v{k}" for k in range(2000)]
            nodes = [NODE("Add", ["x", f"c{k}"], [names[k]]) for k in range(2000)]
            constants = {f"c{k}": np.array([k], np.float32) for k in range(2000)}
            many = model([*nodes, NODE(operator, names, ["y"])], [value("x", ["n"])], constants=constants)
            y = landfall.compile(many, "null").run({"x": np.zeros(2, np.float32)})["y"]
            np.testing.assert_allclose(y, [expected] * 2, rtol=1e-6)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
