"""One artefact for all sizes where PyTorch would make conditions of layouts: batches of 1, of 16 and more.

    sizes_test.py

Exit status 77 where there is no .venv-frameworks (./dev frameworks makes it).
"""

import unittest

import environment  # noqa: F401, I001
import torch
from torch import nn

import landfall.torch


class Channels(nn.Module):
    """A convolution between layers that have channels last, as ConvNeXt's."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 8, 2, stride=2), nn.LayerNorm(8)
        self.mixed, self.last = nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 4, 1)

    def forward(self, x):
        x = self.norm(self.first(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.last(self.mixed(x)), nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)


class Rows(nn.Module):
    """A product of a transposed operand of rank 3 and a matrix, as attention's with the batch first."""

    def __init__(self):
        super().__init__()
        self.projection = nn.Linear(6, 4)
        self.matrix = nn.Parameter(torch.randn(6, 3))

    def forward(self, x):
        return self.projection(x.transpose(0, 1)), x.transpose(0, 1) @ self.matrix


class Heads(nn.Module):
    """Attention with the batch first, as torchvision's: queries, keys and values are made dense at once."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


class OneArtefact(unittest.TestCase):
    def check(self, module, *shapes):
        torch.manual_seed(11)
        torch._dynamo.reset()
        landfall.torch.statistics.reset()
        module = module.eval()
        fast = landfall.torch.compile(module, fallback=False)
        with torch.no_grad():
            for shape in shapes:
                x = torch.randn(shape)
                torch.testing.assert_close(fast(x), module(x), rtol=1e-4, atol=1e-5)
        self.assertEqual((landfall.torch.statistics.graphs, landfall.torch.statistics.compilations), (1, 1))

    def test_convolutions_with_channels_last(self):
        self.check(Channels(), (2, 3, 12, 8), (1, 3, 8, 12), (17, 3, 6, 6))
        self.check(Channels(), (1, 3, 12, 8), (2, 3, 8, 12))

    def test_convolutions_of_long_batches(self):
        self.check(nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 3), nn.ConvTranspose2d(4, 6, 2)),
                   (2, 3, 5, 6), (20, 3, 7, 4), (1, 3, 5, 5))
        self.check(nn.Conv1d(3, 4, 3), (2, 3, 9), (1, 3, 12), (20, 3, 7))

    def test_products_of_transposed_operands(self):
        self.check(Rows(), (2, 5, 6), (1, 3, 6), (4, 1, 6))

    def test_attention_with_the_batch_first(self):
        self.check(Heads(), (2, 5, 8), (1, 5, 8), (3, 1, 8))
        self.check(Heads(), (1, 5, 8), (4, 2, 8))

    def test_what_is_made_dense(self):
        class Turned(nn.Module):
            def forward(self, x):
                y = x.transpose(0, 1).contiguous()
                return y, x.contiguous() + 1, y.view(-1)

        self.check(Turned(), (2, 5, 6), (1, 3, 6), (4, 1, 6), (1, 1, 6))

    def test_channels_that_do_not_fit_are_an_error(self):
        fast = landfall.torch.compile(nn.Conv2d(3, 4, 1).eval(), fallback=False)
        with torch.no_grad(), self.assertRaisesRegex(Exception, "channels"):
            fast(torch.randn(2, 5, 4, 4))


if __name__ == "__main__":
    unittest.main()
