"""What the quantiser writes and reports, with ONNX Runtime as the judge.

    quantize_test.py
"""

import os
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import networks
import numpy as np
import onnx
import onnxruntime

import landfall
from landfall.quantization import blocked_int4, output


def session(model, as_written=False):
    """`as_written`: without ONNX Runtime's own approximations (it rounds the activations of
    blocked products)."""
    options = onnxruntime.SessionOptions()
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    data = model if isinstance(model, (str, Path)) else model.SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def with_outputs(model, names):
    model = onnx.load_model_from_string(model.SerializeToString())
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return model


def samples(arrays):
    """The numbered arrays, one dict a sample."""
    count = 1 + max(int(name.rpartition(".")[2]) for name in arrays)
    return [{name.rpartition(".")[0]: array for name, array in arrays.items() if name.endswith(f".{k}")}
            for k in range(count)]


def error(expected, actual):
    """||actual - expected|| / ||expected|| of lists of arrays."""
    squares = sum(np.sum((np.float64(a) - e) ** 2) for e, a in zip(expected, actual))
    return np.sqrt(squares / sum(np.sum(np.float64(e) ** 2) for e in expected))


def error_of(reference, model, arrays, name):
    feeds = samples(arrays)
    return error([session(reference).run([name], feed)[0] for feed in feeds],
                 [session(model).run([name], feed)[0] for feed in feeds])


def operators(model):
    return Counter(node.op_type for node in model.graph.node)


def in_onnxruntime(model):
    """The operators that ONNX Runtime makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = f"{folder}/optimized.onnx"
        options.log_severity_level = 4
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return operators(onnx.load(options.optimized_model_filepath))


class Models(unittest.TestCase):
    """Each way to quantise, on several networks."""

    CASES = [("ResNet-18", {}), ("MobileNet-V2", {}), ("YOLO-like", {}), ("BERT-base", {}),
             ("BERT-base", {"mode": "dynamic"}), ("BERT-base", {"mode": "int4", "block": 16}),
             ("Whisper-like encoder", {"mode": "int4", "block": 16, "contributed": True}),
             ("ResNet-18", {"ranges": "mse"}), ("YOLO-like", {"ranges": "percentile"}),
             ("BERT-base", {"reduce_range": True})]

    def test_results_are_valid_close_and_the_same_in_both_runtimes(self):
        for name, options in self.CASES:
            with self.subTest(name, **options):
                model, arrays = networks.of_bench(name)
                result = landfall.quantize(model, calibrate=arrays, **options)
                onnx.checker.check_model(result.model, full_check=True)
                self.assertEqual(list(result.model.graph.input), list(model.graph.input))
                self.assertEqual([port.name for port in result.model.graph.output],
                                 [port.name for port in model.graph.output])
                self.assertLess(result.report["error"], 0.25 if "block" in options else 0.15)
                self.assert_same_in_landfall(result, arrays)

    def assert_same_in_landfall(self, result, arrays):
        """As far apart as a rounding to the other side may bring them, which is much less than
        the quantisation itself."""
        ours, theirs = landfall.compile(result.model), session(result.model)
        for feed in samples(arrays):
            expected, actual = theirs.run(None, feed), ours.run(feed)
            for name, value in zip(actual, expected):
                self.assertLess(error([value], [actual[name]]), max(1e-4, result.report["error"] / 2), name)

    def test_every_layer_of_a_convolutional_network_runs_in_integers(self):
        model, arrays = networks.of_bench("ResNet-18")
        found = in_onnxruntime(landfall.quantize(model, calibrate=arrays).model)
        self.assertEqual((found["QLinearConv"], found["QGemm"], found["QLinearAdd"]), (6, 1, 2))
        self.assertEqual((found["Conv"], found["Gemm"], found["Add"], found["DequantizeLinear"]), (0, 0, 0, 0))
        self.assertEqual(found["QuantizeLinear"], 1)  # The image.

    def test_products_of_a_transformer_run_in_integers(self):
        model, arrays = networks.of_bench("BERT-base")
        found = in_onnxruntime(landfall.quantize(model, calibrate=arrays).model)
        # The product with the probabilities is float.
        self.assertEqual((found["MatMul"], found["MatMulIntegerToFloat"] + found["QLinearMatMul"]), (1, 7))
        found = operators(landfall.quantize(model, mode="dynamic").model)
        self.assertEqual((found["MatMul"], found["MatMulInteger"]), (2, 7))  # Those of attention stay.
        found = in_onnxruntime(landfall.quantize(model, mode="int4", block=16).model)
        self.assertEqual(found["MatMulNBits"], 7)

    def test_sizes_that_are_free_stay_free(self):
        result = landfall.quantize(networks.convolutions(), calibrate=networks.images((1, 3, 9, 8), (2, 3, 7, 11)))
        self.assertEqual(result.report["samples"], 2)
        for shape in ((1, 3, 5, 6), (3, 3, 20, 13)):
            image = networks.normal(99, *shape)
            expected = session(networks.convolutions()).run(None, {"image": image})
            self.assertLess(error(expected, session(result.model).run(None, {"image": image})), 0.05)

    def test_normalisation_and_factors_go_into_convolutions(self):
        result = landfall.quantize(networks.convolutions(), calibrate=networks.images((1, 3, 9, 8)))
        found = operators(result.model)
        self.assertEqual((found["BatchNormalization"], found["Mul"], found["Conv"]), (0, 0, 2))

    def test_older_opsets_are_converted(self):
        arrays = networks.images((1, 3, 9, 8))
        new, old = (landfall.quantize(networks.convolutions(opset), calibrate=arrays) for opset in (17, 11))
        self.assertEqual((new.report["opset"], old.report["opset"]), (17, 13))
        feed = {"image": arrays["image.0"]}
        np.testing.assert_array_equal(session(new.model).run(None, feed)[0], session(old.model).run(None, feed)[0])

    def test_attention_over_many_words_stays_near(self):
        """Though a sample with one word, whose probability is 1, is among the calibrated ones."""
        row = networks.small_transformer()
        samples = {f"x.{k}": networks.normal(k, 1, length, 32) for k, length in enumerate((1, 16, 400))}
        result = landfall.quantize(row, calibrate=samples)
        x = networks.normal(9, 1, 400, 32)
        self.assertLess(error(session(row).run(None, {"x": x}), session(result.model).run(None, {"x": x})), 0.05)

    def test_both_forms_of_blocked_weights_mean_the_same(self):
        model, x = networks.perceptron(), networks.normal(5, 7, 40)  # 40 rows: the last block is half a block.
        standard, contributed = (landfall.quantize(model, mode="int4", block=16, contributed=form).model
                                 for form in (False, True))
        self.assertEqual(operators(contributed)["MatMulNBits"], 2)
        expected = session(standard, as_written=True).run(None, {"x": x})[0]
        np.testing.assert_allclose(session(contributed).run(None, {"x": x})[0], expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(landfall.compile(standard).run({"x": x})["y"], expected, rtol=1e-4, atol=1e-4)

    def test_models_of_float16_get_weights_of_4_bits(self):
        arrays = {"x": networks.normal(5, 7, 40).astype("f2")}
        for contributed in (False, True):
            result = landfall.quantize(networks.half_perceptron(), calibrate=arrays, mode="int4", block=16,
                                       contributed=contributed, sensitivity=True)
            onnx.checker.check_model(result.model, full_check=True)
            self.assertLess(result.report["error"], 0.2)
            np.testing.assert_allclose(landfall.compile(result.model).run(arrays)["y"],
                                       session(result.model).run(None, arrays)[0], rtol=0.02, atol=0.05)

    def test_recurrent_layers_with_contributed_operators(self):
        arrays = {"x": networks.normal(7, 4, 2, 6)}
        result = landfall.quantize(networks.lstm(), calibrate=arrays, mode="dynamic", contributed=True,
                                   sensitivity=True)
        self.assertEqual(operators(result.model)["DynamicQuantizeLSTM"], 1)
        self.assertLess(result.report["error"], 0.1)
        result = landfall.quantize(networks.lstm(), calibrate=arrays, mode="dynamic")
        self.assertEqual([layer["node"] for layer in result.report["layers"]], ["project"])

    def test_both_engines_find_the_same(self):
        model, arrays = networks.of_bench("ResNet-18")
        ours, theirs = (landfall.quantize(model, calibrate=arrays, engine=engine, sensitivity=True).report
                        for engine in ("landfall", "onnxruntime"))
        self.assertAlmostEqual(ours["error"], theirs["error"], delta=theirs["error"] / 4)
        for one, other in zip(ours["layers"], theirs["layers"]):
            self.assertAlmostEqual(one["sensitivity"], other["sensitivity"], delta=other["sensitivity"] / 4)


class Report(unittest.TestCase):
    def test_errors_of_outputs_and_layers_are_what_onnxruntime_computes(self):
        model, arrays = networks.of_bench("BERT-base")
        result = landfall.quantize(model, calibrate=arrays)
        for found in result.report["outputs"]:
            self.assertAlmostEqual(found["error"], error_of(model, result.model, arrays, found["name"]), places=6)
        layers = result.report["layers"]
        outputs = {node.name: node.output[0] for node in model.graph.node}
        names = [outputs[layer["node"]] for layer in layers]
        reference, quantised = (with_outputs(each, names) for each in (model, result.model))
        for layer, name in zip(layers, names):
            self.assertAlmostEqual(layer["error"], error_of(reference, quantised, arrays, name), places=5)

    def test_errors_of_weights_are_those_of_the_written_integers(self):
        model = networks.weak_link()
        for mode in ("static", "int4"):
            result = landfall.quantize(model, calibrate={"x": networks.normal(5, 9, 32)}, mode=mode)
            weights = {w.name: onnx.numpy_helper.to_array(w) for w in model.graph.initializer}
            inputs = {node.name: node.input for node in result.model.graph.node}
            for layer in result.report["layers"]:
                rounded = inputs[layer["node"]][1]
                written = session(with_outputs(result.model, [rounded])).run(
                    [rounded], {"x": networks.normal(5, 9, 32)})[0]
                self.assertAlmostEqual(layer["weight_error"], error([weights[layer["weight"]]], [written]), places=6)

    def test_the_sensitive_layer_is_found(self):
        result = landfall.quantize(networks.weak_link(), calibrate={"x": networks.normal(5, 9, 32)}, sensitivity=True)
        found = {layer["node"]: layer["sensitivity"] for layer in result.report["layers"]}
        self.assertEqual(max(found, key=found.get), "hard")
        # Each layer alone, by another way: all others are excluded.
        for node in found:
            alone = landfall.quantize(networks.weak_link(), calibrate={"x": networks.normal(5, 9, 32)}, only=[node])
            self.assertAlmostEqual(found[node], alone.report["error"], delta=alone.report["error"] / 20)

    def test_the_bound_holds_and_costs_only_what_it_must(self):
        model, arrays = networks.of_bench("YOLO-like")
        free = landfall.quantize(model, calibrate=arrays).report["error"]
        for bound in (free * 1.01, free / 2, free / 8):
            result = landfall.quantize(model, calibrate=arrays, max_error=bound)
            for found in result.report["outputs"]:
                self.assertLessEqual(error_of(model, result.model, arrays, found["name"]), bound * 1.0001)
            integer = sum(layer["precision"] == "int8" for layer in result.report["layers"])
            self.assertGreater(integer, 0)
            self.assertEqual(integer == len(result.report["layers"]), bound > free)

    def test_a_mixed_model_leaves_float_layers_alone(self):
        """A float layer reads and has float tensors, unless a quantised convolution gives them."""
        result = landfall.quantize(networks.weak_link(), calibrate={"x": networks.normal(5, 9, 32)}, exclude=["hard"])
        node = next(node for node in result.model.graph.node if node.name == "hard")
        self.assertEqual(list(node.input), ["b", "w1"])
        self.assertEqual([layer["node"] for layer in result.report["layers"]], ["easy", "last"])


class Samples(unittest.TestCase):
    def errors(self, model, **arrays):
        return landfall.quantize(model, calibrate=arrays).report["samples"]

    def test_the_forms_of_samples(self):
        x = networks.normal(5, 6, 40)
        free, fixed = networks.perceptron(), networks.perceptron(inputs=(2,))
        self.assertEqual(self.errors(free, x=x), 1)
        self.assertEqual(self.errors(free, x=x.reshape(3, 2, 40)), 3)
        self.assertEqual(self.errors(free, **{"x.0": x, "x.1": x[:1]}), 2)
        self.assertEqual(self.errors(fixed, x=x), 3)
        self.assertEqual(self.errors(fixed, x=x[:2]), 1)

    def test_stacked_and_numbered_samples_give_the_same_model(self):
        x = networks.normal(5, 3, 4, 40)
        one = landfall.quantize(networks.perceptron(), calibrate={"x": x})
        other = landfall.quantize(networks.perceptron(), calibrate={f"x.{k}": x[k] for k in range(3)})
        self.assertEqual(one.model.SerializeToString(), other.model.SerializeToString())

    def test_an_input_with_one_sample_has_it_in_each(self):
        model = networks.perceptron()
        model.graph.input.append(onnx.helper.make_tensor_value_info("offset", onnx.TensorProto.FLOAT, [10]))
        model.graph.node[-1].input[1] = "offset"
        arrays = {"x": networks.normal(5, 3, 4, 40), "offset": networks.normal(6, 10)}
        self.assertEqual(landfall.quantize(model, calibrate=arrays).report["samples"], 3)


class Blocks(unittest.TestCase):
    def test_rounding_is_as_near_as_scales_allow(self):
        weight = networks.normal(1, 48, 5)
        integers, scales, zero_points = blocked_int4.quantized_blocks(weight, 16)
        self.assertEqual((integers.shape, scales.shape), ((48, 5), (3, 5)))
        scale, zero = np.repeat(scales, 16, 0), np.repeat(zero_points.astype(np.float32), 16, 0)
        every = (np.arange(16, dtype=np.float32)[:, None, None] - zero) * scale
        nearest = np.abs(every - weight).min(0)
        np.testing.assert_allclose(np.abs((integers - zero) * scale - weight), nearest, atol=1e-6)

    def test_important_rows_are_nearer(self):
        weight, importance = networks.normal(1, 32, 64), np.ones(32, np.float32)
        importance[:4] = 1000

        def error_of_rows(found):
            integers, scales, zeros = found
            return np.square((integers - zeros.astype(np.float32)) * scales - weight)[:4].mean()

        plain = error_of_rows(blocked_int4.quantized_blocks(weight, 32))
        self.assertLess(error_of_rows(blocked_int4.quantized_blocks(weight, 32, importance)), 0.9 * plain)

    def test_zeros_stay_zeros(self):
        weight = networks.normal(1, 32, 3)
        weight[::3] = 0
        weight[:, 1] = 0
        integers, scales, zeros = blocked_int4.quantized_blocks(weight, 32)
        self.assertTrue(np.all(((integers - zeros.astype(np.float32)) * scales)[weight == 0] == 0))


class Files(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.arrays = networks.images((1, 3, 9, 8))

    def test_external_data_is_read(self):
        path = self.folder / "model.onnx"
        onnx.save(networks.convolutions(), path, save_as_external_data=True, location="w.bin", size_threshold=0)
        landfall.quantize(path, self.folder / "out.onnx", calibrate=self.arrays)
        inside = landfall.quantize(networks.convolutions(), calibrate=self.arrays)
        self.assertEqual(onnx.load(self.folder / "out.onnx"), inside.model)

    def test_external_data_is_not_overwritten(self):
        path = self.folder / "model.onnx"
        onnx.save(networks.convolutions(), path, save_as_external_data=True, location="out.onnx.data", size_threshold=0)
        with self.assertRaisesRegex(landfall.Error, "would overwrite .*out.onnx.data"):
            landfall.quantize(path, self.folder / "out.onnx", calibrate=self.arrays)

    def test_models_above_the_largest_message_are_written_with_external_data(self):
        limit, output.LARGEST_MESSAGE = output.LARGEST_MESSAGE, 2000
        defaults = output.write_output.__defaults__, output.check_model.__defaults__
        output.write_output.__defaults__ = output.check_model.__defaults__ = (2000,)
        try:
            model, path = networks.perceptron(400), self.folder / "out.onnx"
            arrays = {"x": networks.normal(5, 3, 40)}
            self.assertIsNone(landfall.quantize(model, path, calibrate=arrays).model)
        finally:
            output.LARGEST_MESSAGE = limit
            output.write_output.__defaults__, output.check_model.__defaults__ = defaults
        self.assertEqual(sorted(os.listdir(self.folder)), ["out.onnx", "out.onnx.data"])
        whole = landfall.quantize(model, calibrate=arrays).model
        np.testing.assert_array_equal(session(str(path)).run(None, {"x": arrays["x"]})[0],
                                      session(whole).run(None, {"x": arrays["x"]})[0])

    def test_a_replaced_file_keeps_its_permissions_and_a_link_stays_one(self):
        (self.folder / "old.onnx").write_bytes(b"old")
        (self.folder / "old.onnx").chmod(0o640)
        (self.folder / "link.onnx").symlink_to("old.onnx")
        landfall.quantize(networks.convolutions(), self.folder / "link.onnx", calibrate=self.arrays)
        self.assertTrue((self.folder / "link.onnx").is_symlink())
        self.assertEqual((self.folder / "old.onnx").stat().st_mode & 0o777, 0o640)
        onnx.checker.check_model(onnx.load(self.folder / "old.onnx"))

    def test_a_failure_at_the_end_leaves_the_old_file(self):
        (self.folder / "out.onnx").write_bytes(b"old")

        def refuse(*_):
            raise OSError(28, "No space left on device")

        kept, output.os.fsync = output.os.fsync, refuse
        try:
            with self.assertRaisesRegex(landfall.Error, "cannot be written: No space left"):
                landfall.quantize(networks.convolutions(), self.folder / "out.onnx", calibrate=self.arrays)
        finally:
            output.os.fsync = kept
        self.assertEqual([(path.name, path.read_bytes()) for path in self.folder.iterdir()], [("out.onnx", b"old")])


if __name__ == "__main__":
    unittest.main()
