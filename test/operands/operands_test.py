"""What nodes demand of their operands: of constants when the model is compiled, of others at each run.

ONNX Runtime is the judge: it refuses what is refused here, and gives the same
numbers where both answer.
"""

import itertools
import unittest

import numpy as np
import onnx
import onnx.parser
import onnxruntime
from onnx import TensorProto, helper

import landfall

onnxruntime.set_default_logger_severity(4)
X = np.arange(1, 13, dtype=np.float32).reshape(3, 4)
COLUMN = X[:1].reshape(1, 4)
SERIES = np.ones((3, 2, 4), np.float32)  # Time, batch, features.


def ints(*values):
    return np.array(values, np.int64)


def number(value, dtype=np.float32):
    return np.array(value, dtype)


def model(op, operands, outputs=1, opset=21, constants=(), **attributes):
    """A node on operands by name; those in `constants` are initializers."""
    inputs = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
              for name, value in operands.items() if name not in constants]
    initializers = [helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape,
                                       value.tobytes(), raw=True)
                    for name, value in operands.items() if name in constants]
    names = [f"y{k}" for k in range(outputs)]
    node = helper.make_node(op, ["" if name.startswith("none") else name for name in operands], names, "n",
                            **attributes)
    results = [helper.make_empty_tensor_value_info(name) for name in names]
    inputs = [value for value in inputs if not value.name.startswith("none")]
    graph = helper.make_graph([node], "g", inputs, results, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def rival(proto, feeds):
    """What ONNX Runtime answers, or None if it refuses."""
    try:
        session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, feeds)
    except Exception:  # It has no one type of its own.
        return None


class Operands(unittest.TestCase):
    def refuses_at_run(self, op, operands, is_rivals_rule=True, **attributes):
        """As a constant too, if the operator takes one there."""
        given = {name: value for name, value in operands.items() if not name.startswith("none")}
        proto = model(op, operands, **attributes)
        with self.assertRaises(landfall.Error, msg=f"{op} {operands}") as refused:
            landfall.compile(proto, device="null").run(given)
        self.assertEqual(refused.exception.code, "run_failed", refused.exception)
        self.assertEqual(refused.exception.node, "n", refused.exception)
        last = list(given)[-1]
        with self.assertRaises(landfall.Error, msg=f"{op} {operands}, constant") as refused:
            constant = landfall.compile(model(op, operands, constants=[last], **attributes), device="null")
            constant.run({name: value for name, value in given.items() if name != last})
        self.assertIn(refused.exception.code, ("invalid_model", "run_failed"), refused.exception)
        if is_rivals_rule:
            self.assertIsNone(rival(proto, given), f"{op} {operands}")

    def refuses_to_compile(self, words, op, operands, **attributes):
        with self.assertRaisesRegex(landfall.Error, words) as refused:
            landfall.compile(model(op, operands, **attributes), device="null")
        self.assertEqual(refused.exception.code, "invalid_model", refused.exception)

    def agrees(self, op, operands, **attributes):
        proto = model(op, operands, **attributes)
        for expected, actual in zip(rival(proto, operands), landfall.compile(proto).run(operands).values()):
            np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)

    def test_axes(self):
        for axis in (2, -3, 1000):
            self.refuses_at_run("Slice", {"x": X, "s": ints(0), "e": ints(2), "a": ints(axis)})
            self.refuses_at_run("Pad", {"x": X, "p": ints(1, 1), "c": number(0), "a": ints(axis)})
            self.refuses_at_run("ReduceSum", {"x": X, "a": ints(axis)})
            self.refuses_at_run("ReduceMax", {"x": X, "a": ints(axis)})
            self.refuses_at_run("Squeeze", {"x": COLUMN, "a": ints(axis)})
            self.refuses_at_run("CumSum", {"x": X, "a": number(axis, np.int64)})
        self.refuses_at_run("Unsqueeze", {"x": X, "a": ints(3)})
        self.refuses_at_run("Unsqueeze", {"x": X, "a": ints(0, 0)})
        self.refuses_at_run("Slice", {"x": X, "s": ints(0, 0), "e": ints(2, 2), "a": ints(1, -1)})

    def test_axes_that_say_nothing(self):
        """What ONNX Runtime takes, if ONNX does not."""
        for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2"):
            for keepdims in (0, 1):
                self.agrees(op, {"x": number(-3)}, opset=9, axes=[1, 0], keepdims=keepdims)
        self.agrees("ArgMax", {"x": number(-3)}, opset=9, axis=0)
        self.agrees("Squeeze", {"x": COLUMN}, opset=11, axes=[0, -2, 0])
        for op, keepdims in itertools.product(("ReduceSum", "ReduceMax", "ReduceL2"), (0, 1)):
            for axes in ([0, -2], [0, 0], [1, -1, 1], [0, 1, -2, 1]):
                self.agrees(op, {"x": X}, opset=11, axes=axes, keepdims=keepdims)
        for axes in ([0, -2], [0, 0], [1, -1], [0, 1]):  # Known only at run time.
            self.agrees("ReduceSum", {"x": X, "a": ints(*axes)})
            self.agrees("ReduceMax", {"x": X, "a": ints(*axes)}, opset=18)

    def test_slopes_that_are_larger(self):
        self.agrees("PRelu", {"x": -X[:1], "s": X})
        self.agrees("PRelu", {"x": -X, "s": np.ones((2, *X.shape), np.float32)})

    def test_long_steps(self):
        long = np.iinfo(np.int64).max
        for axis in (0, 1):
            operands = {"x": X, "s": ints(0), "e": ints(long), "a": ints(axis), "t": ints(long)}
            self.agrees("Slice", operands)
            self.agrees("Slice", {**operands, "s": ints(-1), "e": ints(-long), "t": ints(-long)})

    def test_lengths(self):
        w = np.ones((1, 12, 4), np.float32)
        r = np.ones((1, 12, 3), np.float32)
        for lengths in ([4, 1], [1, -1]):
            lengths = np.array(lengths, np.int32)
            for op, gates in (("RNN", 3), ("GRU", 9), ("LSTM", 12)):
                operands = {"x": SERIES, "w": w[:, :gates], "r": r[:, :gates], "none": X, "l": lengths}
                self.refuses_at_run(op, operands, hidden_size=3)
            self.refuses_at_run("ReverseSequence", {"x": SERIES, "l": lengths.astype(np.int64)})
        heads = np.ones((2, 1, 3, 4), np.float32)
        operands = {"q": heads, "k": heads, "v": heads, "none1": X, "none2": X, "none3": X}
        self.refuses_at_run("Attention", {**operands, "l": ints(1, 4)}, opset=24)
        self.refuses_at_run("Attention", {**operands, "l": ints(-1, 3)}, opset=24)

    def test_batches(self):
        heads = np.ones((2, 1, 3, 4), np.float32)
        for k, v in ((1, 2), (2, 1)):
            operands = {"q": heads, "k": heads[:k], "v": heads[:v]}
            self.refuses_to_compile("differ in batch", "Attention", operands, opset=24)

    def test_labels(self):
        scores = np.full((2, 3), -1, np.float32)
        for op in ("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"):
            for labels in ([3, 1], [0, -2]):  # There it counts from the back in one of the two.
                for attributes in ({}, {"ignore_index": -100}, {"ignore_index": 1}):
                    self.refuses_at_run(op, {"x": scores, "t": ints(*labels)}, reduction="none", opset=13,
                                        is_rivals_rule=labels[0] == 3, **attributes)
            self.agrees(op, {"x": scores, "t": ints(-100, 2)}, ignore_index=-100, opset=13)
            self.agrees(op, {"x": scores, "t": ints(7, 2)}, ignore_index=7, opset=13)

    def test_sizes(self):
        self.refuses_at_run("Reshape", {"x": X[:1, :1], "s": ints(-1, -1)})
        self.refuses_at_run("Reshape", {"x": X, "s": ints(-2, -6)})
        self.refuses_at_run("Reshape", {"x": X, "s": ints(3, 4, 0)})
        self.refuses_at_run("Expand", {"x": X[:1, :1], "s": ints(-1, 2)}, is_rivals_rule=False)
        self.refuses_at_run("Tile", {"x": X, "r": ints(-1, 1)})
        self.refuses_at_run("ConstantOfShape", {"s": ints(-1, 2)})
        self.refuses_at_run("TopK", {"x": X, "k": ints(5)}, outputs=2)
        self.refuses_at_run("TopK", {"x": X, "k": ints(-1)}, outputs=2)
        self.refuses_at_run("Split", {"x": X, "s": ints(5, -2)}, outputs=2)
        self.refuses_at_run("OneHot", {"i": ints(1), "d": number(-2, np.int64), "v": X[0, :2]}, is_rivals_rule=False)
        self.refuses_at_run("Pad", {"x": X, "p": ints(-4, 0, 0, 0)}, is_rivals_rule=False)

    def test_numbers(self):
        for dtype in (np.float32, np.int32):
            operands = {name: number(value, dtype) for name, value in (("a", 1), ("b", 5), ("d", 0))}
            self.refuses_at_run("Range", operands)
        picture = X.reshape(1, 1, 3, 4)
        for scale in (0, -1, np.nan):
            scales = np.array([1, 1, scale, 1], np.float32)
            self.refuses_at_run("Resize", {"x": picture, "none": X, "s": scales})

    def test_counts_are_small(self):
        def indices(width):
            return helper.make_tensor_value_info("i", TensorProto.INT64, [2, 2, width])

        for width in (1 << 32, (1 << 32) + 1, 1 << 33, 3):
            for op, others in (("GatherND", []), ("ScatterND", ["u"])):
                proto = model(op, {"x": X, "i": ints(0), **{name: X for name in others}})
                proto.graph.input[1].CopyFrom(indices(width))
                with self.assertRaises(landfall.Error) as refused:
                    landfall.compile(proto, device="null")
                self.assertIn(refused.exception.code, ("invalid_model", "unsupported"))
        # A declared extent of 0 is any; a run that has it is refused.
        for op, others in (("GatherND", []), ("ScatterND", ["u"])):
            proto = model(op, {"x": X, "i": ints(0), **{name: X for name in others}})
            proto.graph.input[1].CopyFrom(indices(0))
            with self.assertRaises(landfall.Error) as refused:
                landfall.compile(proto, device="null").run(
                    {"x": X, "i": np.zeros((2, 2, 0), np.int64), **{name: X for name in others}})
            self.assertIn(refused.exception.code, ("run_failed", "invalid_model", "unsupported"))
        self.refuses_to_compile("batch_dims", "GatherND", {"x": X, "i": ints(0)}, batch_dims=1 << 32)
        self.refuses_to_compile("num_outputs", "Split", {"x": X}, outputs=2, num_outputs=1 << 32)

    def test_ranks_and_types(self):
        heads = np.ones((2, 1, 3, 4), np.float32)
        self.refuses_to_compile("rank 5", "Attention", {"q": heads[None], "k": heads, "v": heads}, opset=23)
        self.refuses_to_compile("rank", "OneHot", {"i": ints(1), "d": ints(3), "v": X})
        self.refuses_to_compile("must be bool", "Compress", {"x": X, "c": ints(1, 0, 1)})
        self.refuses_to_compile("one type", "Einsum", {"a": X, "b": X.astype(np.float64)}, equation="ij,ij->i")
        self.refuses_to_compile("seq", "SequenceAt", {"s": X, "p": ints(0)})
        self.refuses_to_compile("at most 1", "Relu", {"x": X, "y": X})
        self.refuses_to_compile("required", "Concat", {"x": X})
        self.refuses_to_compile("none of Relu", "Relu", {"x": X}, alpha=1.0)
        self.refuses_to_compile("type ints", "Transpose", {"x": X}, perm=1)

    def test_attributes(self):
        heads = np.ones((2, 1, 3, 4), np.float32)
        picture = X.reshape(1, 1, 3, 4)
        gru = {"x": SERIES, "w": np.ones((1, 9, 4), np.float32), "r": np.ones((1, 9, 3), np.float32)}
        self.refuses_to_compile("from 0 to 1", "CumSum", {"x": X, "a": number(0, np.int64)}, exclusive=2)
        self.refuses_to_compile("hidden_size", "GRU", gru, hidden_size=4)
        self.refuses_to_compile("q_num_heads", "Attention", {"q": heads, "k": heads, "v": heads}, opset=23,
                                q_num_heads=3, kv_num_heads=1)
        for pads in ([2, 0, 0, 0], [-1, 0, 0, 0]):
            self.refuses_to_compile("pads", "MaxPool", {"x": picture}, kernel_shape=[2, 2], pads=pads)
        self.refuses_to_compile("onesided", "DFT", {"x": np.ones((1, 4, 2), np.float32)}, opset=17, onesided=1)
        with self.assertRaisesRegex(landfall.Error, "2\\^24"):
            landfall.compile(model("LpPool", {"x": picture}, kernel_shape=[1 << 32, 1], auto_pad="SAME_UPPER"))

    def test_flags_that_are_neither_0_nor_1(self):
        """ONNX does not say what they mean. ONNX Runtime compares some with 1 and others with 0."""
        picture, square = X.reshape(1, 1, 3, 4), X[:, :3]
        window = {"kernel_shape": [2, 2], "strides": [2, 2], "opset": 19}
        gru = {"x": SERIES, "w": np.ones((1, 9, 4), np.float32), "r": np.full((1, 9, 3), 0.3, np.float32),
               "b": np.full((1, 18), 0.2, np.float32)}
        for value in (-1, 2):
            for keepdims in ({"keepdims": value}, {"keepdims": 0, "noop_with_empty_axes": value}):
                self.agrees("ReduceSum", {"x": X}, **keepdims)
            self.agrees("ArgMax", {"x": X // 5}, axis=1, keepdims=value, select_last_index=value)
            self.agrees("IsInf", {"x": number([np.inf, -np.inf, 1])}, opset=20, detect_negative=value)
            self.agrees("Gemm", {"a": square, "b": square + 1}, transA=value)
            self.agrees("Reshape", {"x": X, "s": ints(0, 4)}, allowzero=value)
            self.agrees("MaxPool", {"x": picture}, ceil_mode=value, **window)
            self.agrees("AveragePool", {"x": picture}, count_include_pad=value, pads=[1, 1, 0, 0], **window)
            self.agrees("TopK", {"x": X, "k": ints(2)}, outputs=2, largest=value)
            self.agrees("Unique", {"x": number([3, 1, 2, 1])}, sorted=value)
            self.agrees("Trilu", {"x": X}, opset=14, upper=value)
            self.agrees("DFT", {"x": X.reshape(1, 12, 1)}, opset=17, axis=1, onesided=value)
            self.agrees("HannWindow", {"s": number(6, np.int64)}, opset=17, periodic=value)
            self.agrees("GRU", gru, hidden_size=3, linear_before_reset=value)
            self.agrees("RotaryEmbedding", {"x": X.reshape(1, 1, 3, 4), "c": X[:, :2] / 12, "s": X[:, 2:] / 12,
                                            "p": ints(0, 1, 2).reshape(1, 3)}, opset=23, interleaved=value)

    def test_shapes(self):
        self.refuses_at_run("ArgMax", {"x": np.ones((0, 2), np.float32)}, axis=0)
        self.refuses_to_compile("extent -2", "CenterCropPad", {"x": X, "s": ints(-2, 2)}, constants=["s"])
        picture, offset = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 8, 2, 2), np.float32)
        deform = {"x": picture, "w": picture[..., :2, :2], "o": offset, "none": X, "m": np.ones((1, 4, 2, 2, 1), np.float32)}
        self.refuses_to_compile("rank 5", "DeformConv", deform)
        q, k = np.ones((2, 4, 8), np.float32), np.ones((3, 4, 8), np.float32)
        for operands in ({"q": q, "k": k, "v": k}, {"q": q, "k": q, "v": k}):
            self.refuses_to_compile("batch", "LinearAttention", operands, opset=27, update_rule="linear",
                                    q_num_heads=2, kv_num_heads=2)

    def test_operands_of_other_sizes(self):
        weights = {"x": SERIES, "w": np.ones((1, 9, 4), np.float32), "r": np.ones((1, 9, 3), np.float32)}
        self.refuses_to_compile("directions", "GRU", {**weights, "b": np.ones((2, 18), np.float32)}, hidden_size=3)
        state = {"none1": X, "none2": X, "h": np.ones((1, 3, 3), np.float32)}
        self.refuses_to_compile("initial state", "GRU", {**weights, **state}, hidden_size=3)
        cache = np.ones((2, 5, 4), np.float32)
        self.refuses_to_compile("write_indices", "TensorScatter",
                                {"p": cache, "u": cache[:, :1], "i": ints(0, 0, 0)}, opset=24)
        self.refuses_to_compile("rank 2", "STFT", {"x": np.ones((1, 8, 1), np.float32), "s": number(2, np.int64),
                                                   "w": np.ones((4, 1), np.float32)}, opset=17)
        self.refuses_to_compile("rank 2", "Resize", {"x": X, "none": X, "s": np.ones((1, 2), np.float32)})
        self.refuses_at_run("HannWindow", {"s": number(-1, np.int64)}, opset=17)
        mel = {"b": number(4, np.int64), "d": number(16, np.int64), "s": number(8192, np.int64), "l": number(0),
               "u": number(1e6)}
        self.refuses_at_run("MelWeightMatrix", mel, opset=17)
        self.agrees("MelWeightMatrix", {**mel, "u": number(4096)}, opset=17)
        for k in (-(1 << 63), (1 << 63) - 1):
            self.agrees("Trilu", {"x": X, "k": number(k, np.int64)}, opset=14)

    def test_heads_masks_and_states_of_other_sizes(self):
        q, one = np.ones((1, 4, 3, 8), np.float32), np.ones((1, 1, 3, 8), np.float32)
        for k, v in ((one, q), (q, one)):
            self.refuses_to_compile("number of heads", "Attention", {"q": q, "k": k, "v": v}, opset=23)
        wide = {"q": q, "k": q, "v": q, "m": np.ones((3, 4), np.float32)}
        self.refuses_to_compile("attn_mask", "Attention", wide, opset=23)
        self.refuses_to_compile("window", "Attention", {"q": q, "k": q, "v": q}, opset=25, left_window_size=-2)
        signal, taps, state = np.ones((2, 4, 6), np.float32), np.ones((4, 1, 3), np.float32), np.ones((2, 4, 2), np.float32)
        self.refuses_to_compile("axis 1", "CausalConvWithState", {"x": signal, "w": np.ones((4, 2, 3), np.float32)}, opset=27)
        for wrong in (state[:1], state[:, :3]):
            operands = {"x": signal, "w": taps, "none": X, "s": wrong}
            self.refuses_to_compile("past_state", "CausalConvWithState", operands, opset=27)
        self.refuses_to_compile("bias", "CausalConvWithState", {"x": signal, "w": taps, "b": np.ones(3, np.float32)}, opset=27)
        blocks = {"x": np.ones((1, 4, 5), np.float32), "i": ints(5, 5), "b": ints(1, 5)}
        self.refuses_at_run("Col2Im", blocks, opset=18)
        self.refuses_to_compile("rank 0", "ConstantOfShape", {"s": number(3, np.int64)})
        for extra in (-1, 2):
            self.refuses_to_compile("output_padding", "ConvTranspose", {"x": signal, "w": np.ones((4, 1, 3), np.float32)},
                                    strides=[2], output_padding=[extra])
        norm = {"x": signal, **{name: np.ones(4, np.float32) for name in "sbmv"}}
        self.refuses_to_compile("one result or five", "BatchNormalization", norm, outputs=2, opset=9)

    def test_a_scale_of_zero(self):
        """It is a scale: all keys count alike."""
        numbers = np.random.default_rng(0).standard_normal((3, 1, 2, 4, 8)).astype(np.float32)
        operands = dict(zip("qkv", numbers))
        y, = landfall.compile(model("Attention", operands, opset=23, scale=0.0)).run(operands).values()
        np.testing.assert_allclose(y, np.broadcast_to(numbers[2].mean(2, keepdims=True), y.shape), rtol=1e-5, atol=1e-6)

    def test_truth_values_are_added_and_multiplied(self):
        x, u = np.array([0, 0, 1, 1], bool), np.array([0, 1, 0, 1], bool)
        for reduction in ("add", "mul"):
            self.agrees("ScatterElements", {"x": x, "i": ints(0, 1, 2, 3), "u": u}, reduction=reduction)
            self.agrees("ScatterND", {"x": x, "i": ints(0, 1, 2, 3)[:, None], "u": u}, reduction=reduction)

    def test_a_constant_of_several_values(self):
        """ONNX allows one, ONNX Runtime takes the first."""
        values = {"value_int": 3, "value_float": 0.5, "value_floats": [0.5, 2.0]}
        for pair in itertools.permutations(values, 2):
            proto = model("Constant", {})
            proto.graph.node[0].attribute.extend(helper.make_attribute(name, values[name]) for name in pair)
            (expected,), actual = rival(proto, {}), landfall.compile(proto, device="null").run({})["y0"]
            self.assertEqual((actual.dtype, actual.tolist()), (expected.dtype, expected.tolist()), pair)

    def test_joined_with_nothing(self):
        """Of other extents, which ONNX forbids and ONNX Runtime takes where it does not see them."""
        proto = onnx.parser.parse_model(
            '<ir_version: 10, opset_import: ["" : 21]> g (float[m, n] x) => (float[p, q] y, float[r, s] z) '
            '<float[0, 3] nothing = {}> { y = Concat <axis = 0> (nothing, x, nothing)  z = Concat <axis = 0> (x, x, nothing) }')
        free = landfall.compile(proto)
        for shape in ((2, 3), (2, 5), (1, 1)):
            x = np.ones(shape, np.float32)
            for expected, actual in zip(rival(proto, {"x": x}), free.run({"x": x}).values()):
                np.testing.assert_array_equal(actual, expected)

    def test_an_addend_of_sums_of_nothing(self):
        nothing, rows = np.zeros((0, 3), np.float32), np.zeros((0, 5), np.float32)
        free = landfall.compile(onnx.parser.parse_model(
            '<ir_version: 10, opset_import: ["" : 21]> g (float[k, m] a, float[k, n] b, float[p, q] c) => (float[m, n] y) '
            '{ y = Gemm <transA = 1> (a, b, c) }'), device="null")
        for shape in ((2, 1), (0, 1), (3, 4), (2, 5)):
            operands = {"a": nothing, "b": rows, "c": np.ones(shape, np.float32)}
            if 0 not in shape:  # A declared extent of 0 may be any.
                self.refuses_to_compile("does not broadcast", "Gemm", operands, transA=1)
            with self.assertRaisesRegex(landfall.Error, "does not broadcast"):
                free.run(operands)
        self.agrees("Gemm", {"a": nothing, "b": rows, "c": np.ones((3, 1), np.float32)}, transA=1)

    def test_an_addend_times_zero(self):
        """It is not read, as in BLAS."""
        weights = X[:2].T.copy()
        for addend in (number(np.nan), np.full((3, 2), np.inf, np.float32)):
            for beta in (0.0, -0.0):
                self.agrees("Gemm", {"a": X, "b": weights, "c": addend}, beta=beta)

    def test_positions_that_are_no_numbers(self):
        picture = X.reshape(1, 1, 3, 4)
        wild = [np.nan, np.inf, -np.inf, 1e30, -1e30, 0.3]
        grid = np.array([[[(a, 0.1) for a in wild], [(0.1, a) for a in wild]]], np.float32)
        for mode in ("nearest", "linear", "cubic"):
            for padding in ("zeros", "border", "reflection"):
                for corners in (0, 1):
                    self.agrees("GridSample", {"x": picture, "g": grid}, mode=mode, padding_mode=padding,
                                align_corners=corners, opset=20)
        for region in ([np.nan, 0, 2, 2], [0, 0, np.inf, 2], [-1e10, 0, 2e10, 2]):
            operands = {"x": picture, "i": ints(0), "r": np.array([region], np.float32)}
            operands = {name: operands[name] for name in ("x", "r", "i")}
            proto = model("RoiAlign", operands)
            self.assertIsNone(rival(proto, operands))
            with self.assertRaises(landfall.Error):
                landfall.compile(proto).run(operands)

    def test_scales_of_blocks(self):
        data = np.arange(40, dtype=np.int8).reshape(4, 10)
        for block in (1, 4, 9, 10, 16):
            scale = 1 + np.arange(4 * -(-10 // block), dtype=np.float32).reshape(4, -1)
            self.agrees("DequantizeLinear", {"x": data, "s": scale}, axis=1, block_size=block)
        for shape in ((4, 2), (4, 4), (3, 3), (1, 3)):
            operands = {"x": data, "s": np.ones(shape, np.float32)}
            self.refuses_to_compile("x_scale", "DequantizeLinear", operands, axis=1, block_size=4)
            self.assertIsNone(rival(model("DequantizeLinear", operands, axis=1, block_size=4), operands), shape)
            operands["x"] = data.astype(np.float32)
            self.refuses_to_compile("y_scale", "QuantizeLinear", operands, axis=1, block_size=4)

    def test_windows_larger_than_their_input(self):
        for op, attributes in (("MaxPool", {}), ("AveragePool", {}), ("AveragePool", {"count_include_pad": 1}),
                               ("LpPool", {})):
            for height, kernel, stride, pad in ((1, 2, 2, 0), (2, 4, 3, 0), (3, 5, 3, 1), (4, 2, 2, 0)):
                picture = X.reshape(-1)[:height * 2].reshape(1, 1, height, 2)
                for opset in (17, 19):
                    self.agrees(op, {"x": picture}, kernel_shape=[kernel, 1], strides=[stride, 1],
                                pads=[pad, 0, 0, 0], opset=opset, **attributes)
            self.refuses_at_run_of_any_size(op, attributes)

    def refuses_at_run_of_any_size(self, op, attributes):
        proto = model(op, {"x": X.reshape(1, 1, 3, 4)}, kernel_shape=[5, 1], opset=19, **attributes)
        proto.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "H"
        self.assertIsNone(rival(proto, {"x": X.reshape(1, 1, 3, 4)}))
        with self.assertRaises(landfall.Error) as refused:
            landfall.compile(proto).run({"x": X.reshape(1, 1, 3, 4)})
        self.assertEqual(refused.exception.code, "run_failed")


if __name__ == "__main__":
    unittest.main()
