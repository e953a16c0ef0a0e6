"""Constants that may come from the exported size: the model is refused, or right at every size."""

import unittest

import doubtful_networks as networks
import landfall
import numpy as np
import onnxruntime
from dynamic_test import built, inputs_of

IMAGE, TOKENS = (1, 96, 64), (2, 12)
DIMS = {3: "?x3x?x?", 2: "?x?x16"}


class RefusalTest(unittest.TestCase):
    def check(self, network, *exported, opset=17):
        """Refused with a place, or right at the exported size and at others."""
        for extents in exported:
            with self.subTest(exported=extents):
                try:
                    model = landfall.compile(built(network, *extents, opset=opset),
                                             dynamic={"x": DIMS[len(extents)]}, threads=1)
                except landfall.Error as error:
                    self.assertEqual(error.code, "unsupported")
                    self.assertTrue(error.operator)
                    continue
                sizes = [(1, 64, 128), (2, 160, 96)] if len(extents) == 3 else [(1, 8), (3, 20)]
                for size in (extents, *sizes):
                    self.compare(model, built(network, *size, opset=opset), size)

    def compare(self, model, fresh, size):
        inputs = inputs_of(fresh, sum(size))
        expected = onnxruntime.InferenceSession(fresh.SerializeToString()).run(None, inputs)
        for ours, theirs in zip(model.run(inputs).values(), expected, strict=True):
            self.assertEqual(ours.shape, theirs.shape)
            np.testing.assert_allclose(ours, theirs, 1e-3, 1e-4)

    def accepted(self, network, *exported):
        for extents in exported:
            landfall.compile(built(network, *extents), dynamic={"x": DIMS[len(extents)]}, threads=1)
        self.check(network, *exported)

    # -- Numbers -------------------------------------------------------------------
    def test_numbers(self):
        for kind, number in (("Div", lambda hh, ww, h, w: ww - 1), ("Sub", lambda hh, ww, h, w: w / 2),
                             ("Div", lambda hh, ww, h, w: np.sqrt(hh * ww)), ("Mul", lambda hh, ww, h, w: 2 / (ww - 1)),
                             ("Add", lambda hh, ww, h, w: (h - 1) / 2), ("Mul", lambda hh, ww, h, w: hh / 2)):
            self.check(networks.scaled(kind, number), IMAGE)
        for network in (networks.gram, networks.points, networks.sums_of_sums, networks.small_mean):
            self.check(network, IMAGE)
        self.check(networks.limited_by_width, IMAGE, opset=10)
        self.check(networks.linear_attention, TOKENS, (1, 12))
        self.check(networks.scaled_by_log, TOKENS, (1, 12))

    # -- Tables and indices ----------------------------------------------------------
    def test_tables_with_a_size_as_their_step_or_base(self):
        for table in (lambda h, w: np.arange(h)[::-1].reshape(h, 1), lambda h, w: (np.arange(h) - h // 2).reshape(h, 1),
                      lambda h, w: np.arange(h * w).reshape(h, w), lambda h, w: np.arange(w) - (w - 1) / 2):
            self.check(networks.added(table), IMAGE, (2, 96, 96))
        for network in (networks.along(lambda s: np.arange(s)[::-1].reshape(s, 1), "Mul"), networks.relative_positions,
                        networks.inner_positions):
            self.check(network, TOKENS, (1, 12))
        self.check(networks.flat_positions, IMAGE, (2, 96, 96))

    def test_tables_that_the_exported_size_does_not_show(self):
        self.check(networks.added(lambda h, w: networks.grid_of(h, w)[..., 0], stride=16), (1, 16, 16), (1, 48, 16))
        self.check(networks.along(lambda s: np.arange(s).reshape(s, 1) * 0.25), (3, 4), (3, 5), TOKENS)
        self.check(networks.band_mask, TOKENS)
        self.check(networks.batch_offsets, (1, 12), TOKENS, (3, 12))

    def test_indices(self):
        for indices in (lambda w: [0, w - 1], lambda w: w // 2, lambda w: np.arange(w)[::-1],
                        lambda w: np.repeat(np.arange(w), 2), lambda w: np.arange(0, w, 2)):
            self.check(networks.gathered(indices), IMAGE)
        for network in (networks.last_by_gather_nd, networks.repeated):
            self.check(network, TOKENS, (1, 12))

    # -- Sizes -----------------------------------------------------------------------
    def test_bounds_and_paddings(self):
        for bounds in (lambda h: (0, h // 2), lambda h: (h // 2, 2**63 - 1), lambda h: (h // 4, 3 * h // 4)):
            self.check(networks.cropped(bounds), IMAGE)
        for amounts in (lambda h, w: (max(h, w) - h, max(h, w) - w), lambda h, w: (0, 64 - w),
                        lambda h, w: (-h % 16, -w % 16)):
            self.check(networks.padded(amounts), IMAGE)
        self.check(networks.flipped, IMAGE)
        self.check(networks.filled_up, IMAGE)

    def test_counts_and_kernels(self):
        for count in (lambda cells: cells // 2, lambda cells: cells - 1):
            self.check(networks.top(count), IMAGE)
        self.check(networks.parted("MaxPool", lambda d: d // 4, lambda d: d // 4), IMAGE)
        self.check(networks.parted("AveragePool", lambda d: d - 2 * (d // 3), lambda d: d // 3), IMAGE)
        self.check(networks.pooled_single, (1, 16, 16))

    def test_sizes_of_results(self):
        for size in (32, 192):
            self.check(networks.resized(size), IMAGE)
        self.check(networks.scaled_to_a_square, IMAGE)
        self.check(networks.upsampled_to_the_image, IMAGE)
        self.check(networks.unit_before, (1, 12), TOKENS)

    # -- What is accepted --------------------------------------------------------------
    def test_constants_that_are_no_sizes(self):
        self.accepted(networks.anchor_free, IMAGE, (1, 96, 96))
        self.accepted(networks.unit_dropped, (1, 12), TOKENS)
        self.accepted(networks.hard_swish, IMAGE)


if __name__ == "__main__":
    unittest.main()
