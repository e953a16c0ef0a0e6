"""Linear resampling through torch.compile(backend="landfall"): one operator where it can be.

    resampling_test.py

Exit status 77 where there is no .venv-frameworks (./dev frameworks makes it).
"""

import unittest
from unittest import mock

import environment  # noqa: F401, I001
import onnx
import torch

import landfall.torch

resize = torch.nn.functional.interpolate


class Resampling(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(3)
        self.compile, self.resizes = landfall.compile, []

    def counted(self, model, *arguments, **options):
        nodes = onnx.load_from_string(model).graph.node
        self.resizes.append(sum(node.op_type == "Resize" for node in nodes))
        return self.compile(model, *arguments, **options)

    def check(self, shape, count, channels_last=False, **options):
        """Equal in values and in order in memory at two sizes of one artefact, by so many operators."""
        torch._dynamo.reset()
        self.resizes.clear()
        fast = landfall.torch.compile(lambda x: resize(x, **options), fallback=False)
        with torch.no_grad(), mock.patch.object(landfall, "compile", side_effect=self.counted):
            for longer in (0, 2):
                x = torch.randn(shape[0] + longer, *shape[1:-1], shape[-1] + longer)
                if channels_last:
                    x = x.to(memory_format=torch.channels_last)
                found, expected = fast(x), resize(x, **options)
                torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
                self.assertEqual(found.is_contiguous(), expected.is_contiguous())
        self.assertEqual(self.resizes, [count])

    def test_by_whole_factors(self):
        self.check((2, 3, 6, 5), 1, scale_factor=2.0, mode="bilinear")
        self.check((2, 3, 7), 1, scale_factor=3.0, mode="linear")

    def test_to_a_size(self):
        self.check((2, 3, 6, 5), 1, size=(1, 9), mode="bilinear")
        self.check((2, 3, 6, 5), 1, size=(11, 1), mode="bilinear", align_corners=True)

    def test_by_other_factors_steps_are_those_of_the_factor(self):
        self.check((2, 3, 6, 5), 0, scale_factor=1.7, mode="bilinear")

    def test_channels_last(self):
        self.check((2, 3, 6, 5), 1, True, scale_factor=2.0, mode="bilinear")


if __name__ == "__main__":
    unittest.main()
