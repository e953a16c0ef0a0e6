"""Models exported at one size, compiled for all: ONNX Runtime is the judge.

    dynamic_test.py [Test.test_name...]

Each network (networks.py) is built at one size and compiled with free extents;
the package runs at other sizes and is compared with the network built there.
"""

import unittest

import numpy as np
import onnxruntime

import landfall
import networks
from exporter import Graph
from onnx import helper, numpy_helper


def built(network, *extents, opset=17):
    graph = Graph(opset)
    network(graph, *extents)
    return graph.model()


def inputs_of(model, seed):
    random = np.random.default_rng(seed)
    result = {}
    for value in model.graph.input:
        shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
        if value.type.tensor_type.elem_type == 7:
            result[value.name] = random.integers(0, 50, shape)
        else:
            result[value.name] = random.standard_normal(shape).astype(np.float32)
    return result


class Dynamic(unittest.TestCase):
    def setUp(self):
        onnxruntime.set_default_logger_severity(4)

    def check(self, network, dims, exported, *sizes):
        """Exports at `exported`, runs there and at `sizes`."""
        dynamic = dims if isinstance(dims, dict) else {"x": dims}
        model = landfall.compile(built(network, *exported), dynamic=dynamic)
        for size in (exported, *sizes):
            with self.subTest(network=network.__name__, exported=exported, size=size):
                fresh = built(network, *size)
                inputs = inputs_of(fresh, sum(size))
                expected = onnxruntime.InferenceSession(fresh.SerializeToString()).run(None, inputs)
                found = list(model.run(inputs).values())
                for ours, theirs in zip(found, expected, strict=True):
                    self.assertEqual(ours.shape, theirs.shape)
                    np.testing.assert_allclose(ours, theirs, 1e-3, 1e-4)
        return model

    def images(self, network, *more, multiple=32):
        """Square and not, odd multiples of the stride, larger batches."""
        m = multiple
        sizes = [(1, m, m), (1, 5 * m, 7 * m), (3, 3 * m, m), (2, 4 * m, 11 * m), *more]
        self.check(network, "?x3x?x?", (1, 3 * m, 3 * m), *sizes)
        self.check(network, "?x3x?x?", (2, 3 * m, 4 * m), *sizes)

    def refused(self, network, dims, exported, *parts):
        """The message names all of the parts."""
        with self.assertRaises(landfall.Error) as caught:
            landfall.compile(built(network, *exported), dynamic={"x": dims})
        self.assertEqual(caught.exception.code, "unsupported")
        for part in parts:
            self.assertIn(part, str(caught.exception))
        return caught.exception

    # -- Classifiers -------------------------------------------------------------
    def test_weights_of_a_fixed_size_are_refused(self):
        for network in (networks.flat_classifier, networks.flat_classifier_inferred):
            self.refused(network, "?x3x?x?", (1, 96, 96), "MatMul", "3456", "[3456, 10]")
            self.refused(network, "?x3x?x?", (2, 96, 128), "MatMul", "4608")

    def test_a_batch_is_free_beside_them(self):
        self.check(networks.flat_classifier, "?x3x64x64", (1, 64, 64), (2, 64, 64), (7, 64, 64))

    def test_global_pools_by_kernel(self):
        self.images(networks.pooled_classifier, (1, 97, 131))
        self.images(networks.max_pooled_classifier, (1, 97, 131))
        self.images(networks.pooled_context, (1, 97, 131))

    def test_channel_shuffle(self):
        self.images(networks.shuffle_net, (1, 97, 131))

    # -- Pyramids ----------------------------------------------------------------
    def test_sizes_of_resize(self):
        self.images(networks.feature_pyramid, (1, 97, 131), (1, 720, 1280))

    def test_padding_and_cropping_to_skips(self):
        self.images(networks.u_net)
        self.images(networks.u_net_cropped)

    def test_where_readings_differ_the_run_says_so(self):
        for network in (networks.segmentation, networks.u_net):
            self.images(network)
            model = self.check(network, "?x3x?x?", (1, 96, 96))
            with self.assertRaises(landfall.Error) as caught:
                model.run(inputs_of(built(network, 1, 97, 96), 1))
            self.assertEqual(caught.exception.code, "run_failed")
            self.assertIn("may stand for", str(caught.exception))
            self.assertEqual(caught.exception.operator, "Resize")

    # -- Detectors ---------------------------------------------------------------
    def test_heads_without_tables(self):
        self.images(networks.ssd, (1, 97, 131))
        self.images(networks.split_levels, (1, 97, 131))

    def test_baked_grids(self):
        self.images(networks.yolo, (1, 97, 131))
        self.images(networks.yolo_flat_grid, (1, 97, 131))
        self.images(networks.coordinates, (1, 97, 131))

    def test_normalized_priors(self):
        """Centres and sizes of anchors as parts of the image."""
        sizes = [(1, 32, 32), (1, 160, 224), (3, 96, 32), (2, 128, 352)]
        model = self.check(networks.ssd_decoded, "?x3x?x?", (2, 96, 128), *sizes)
        for size in ((1, 97, 128), (1, 16, 32)):  # Not whole strides; anchors larger than the image.
            with self.assertRaises(landfall.Error) as caught:
                model.run(inputs_of(built(networks.ssd_decoded, *size), 1))
            self.assertEqual(caught.exception.code, "run_failed")
        # Of a square, it is not known which extent a size is a part of.
        self.refused(networks.ssd_decoded, "?x3x?x?", (1, 96, 96), "sizes_31", "Mul")

    def test_learned_tables_are_refused(self):
        for exported, shape in (((1, 96, 96), "[1, 144, 16]"), ((2, 96, 128), "[1, 192, 16]")):
            error = self.refused(networks.vision_transformer, "?x3x?x?", exported, shape, "weight_7")
            self.assertEqual(error.operator, "Add")
        self.check(networks.vision_transformer, "?x3x96x96", (1, 96, 96), (5, 96, 96))

    # -- Sequences ---------------------------------------------------------------
    def sequences(self, network, dims):
        sizes = [(1, 1), (1, 2), (3, 7), (2, 40), (16, 5)]
        for exported in ((1, 12), (2, 13), (3, 16)):
            self.check(network, dims, exported, *sizes)

    def test_batch_and_heads_in_one_dimension(self):
        self.sequences(networks.flat_transformer, "?x?x16")

    def test_baked_masks_and_positions(self):
        self.sequences(networks.causal_transformer, "?x?x16")
        self.sequences(networks.language_model, "batch,seq")

    def test_baked_states_and_tokens(self):
        self.sequences(networks.recurrent, "?x?x8")
        self.sequences(networks.class_token, "?x?x16")

    def test_names_make_extents_equal(self):
        self.sequences(networks.masked_model, {"x": "batch,seq,8", "mask": "batch,seq"})
        with self.assertRaises(landfall.Error) as caught:
            landfall.compile(built(networks.masked_model, 2, 12), dynamic={"x": "?x?x8", "mask": "?x?"})
        self.assertEqual(caught.exception.operator, "Add")

    # -- What is easily read wrongly -----------------------------------------------
    def test_parts_of_extents(self):
        for network in (networks.windows, networks.unshuffled, networks.rolled, networks.columns_first):
            self.check(network, "?x3x?x?", (1, 96, 96), (1, 32, 64), (3, 160, 96))

    def test_what_may_depend_on_the_size_is_refused(self):
        for network, operator in ((networks.cropped_border, "Slice"), (networks.divided_by_width, "Div"),
                                  (networks.mean_by_factor, "Mul"), (networks.parted_mean, "AveragePool")):
            for dims, exported in (("?x3x?x?", (1, 96, 96)), ("1x3x?x?", (1, 96, 128))):
                self.assertEqual(self.refused(network, dims, exported).operator, operator)
        for network, operator in ((networks.last_token, "Gather"), (networks.sinusoids, "Add")):
            self.assertEqual(self.refused(network, "?x?x16", (2, 12)).operator, operator)

    # -- What is asked for ---------------------------------------------------------
    def test_wrong_requests(self):
        model = built(networks.shuffle_net, 1, 32, 32)
        for dims, part in (({"y": "?x3x?x?"}, "no tensor input 'y'"), ({"x": "?x3x?"}, "4 dimensions"),
                           ({"x": "?x4x?x?"}, "not 4"), ({"x": "ax3x?x?"}, "number or ?"), ({"x": ""}, "number or ?")):
            with self.subTest(dims=dims), self.assertRaises(landfall.Error) as caught:
                landfall.compile(model, dynamic=dims)
            self.assertEqual(caught.exception.code, "invalid_argument")
            self.assertIn(part, str(caught.exception))

    def test_models_without_such_an_input(self):
        value = helper.make_tensor_value_info
        constant = helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.float32(1)))
        relu = helper.make_node("Relu", ["x"], ["y"])
        for node, inputs in ((constant, []), (relu, [value("x", 1, None)])):
            graph = helper.make_graph([node], "g", inputs, [value("y", 1, None)])
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
            with self.subTest(inputs=len(inputs)), self.assertRaises(landfall.Error) as caught:
                landfall.compile(model, dynamic={"": "?"})
            self.assertEqual(caught.exception.code, "invalid_argument")
            self.assertIn("declared shape", str(caught.exception))

    def test_a_compile_says_what_was_read(self):
        with self.assertWarnsRegex(UserWarning, "constants of .* nodes were read as functions of the free extents"):
            landfall.compile(built(networks.shuffle_net, 1, 32, 32), dynamic={"x": "?x3x?x?"})


if __name__ == "__main__":
    unittest.main()
