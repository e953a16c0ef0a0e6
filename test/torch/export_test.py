"""landfall.from_torch, and what PyTorch and Landfall give each other without copies.

    export_test.py

Exit status 77 where there is no .venv-frameworks (./dev frameworks makes it).
"""

import os
import resource
import subprocess
import sys
import tempfile
import unittest

import environment  # noqa: F401, I001
import numpy as np
import torch
from torch import nn

import landfall

MEBIBYTE = 1 << 20


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class FromTorch(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(5)

    def test_a_model_to_run_and_to_save(self):
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                            nn.Linear(4, 2)).eval()
        model = landfall.from_torch(net, (torch.randn(1, 3, 8, 8),))
        self.assertEqual([port.name for port in (*model.inputs, *model.outputs)], ["input", "output"])
        with tempfile.TemporaryDirectory() as folder:
            model.save(f"{folder}/net.lfm")
            saved = landfall.load(f"{folder}/net.lfm")
        for shape in ((1, 3, 8, 8), (4, 3, 5, 9)):
            x = torch.randn(shape)
            with torch.no_grad():
                expected = net(x).numpy()
            for each in (model, saved):
                np.testing.assert_allclose(each.run({"input": x.numpy()})["output"], expected, rtol=1e-5, atol=1e-6)

    def test_names_are_those_of_forward(self):
        class Two(nn.Module):
            def forward(self, left, right=None, *, scale):
                return {"sum": left + right * scale, "parts": [left, (right, None, 3)]}

        x, y, s = torch.randn(2, 3), torch.randn(2, 3), torch.tensor(2.0)
        model = landfall.from_torch(Two(), {"left": x, "right": y, "scale": s})
        self.assertEqual([port.name for port in model.inputs], ["left", "right", "scale"])
        found = model.run({"left": x.numpy(), "right": y.numpy(), "scale": s.numpy()})
        self.assertEqual(list(found), ["sum", "parts.0", "parts.1.0"])
        np.testing.assert_allclose(found["sum"], (x + y * s).numpy(), rtol=1e-6)
        np.testing.assert_array_equal(found["parts.1.0"], y.numpy())

    def test_attention_of_a_whole_layer(self):
        layer = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True).eval()
        layer.self_attn.batch_first = False  # Not the fused layer, but attention by itself.
        model = landfall.from_torch(layer, (torch.randn(2, 5, 16),))
        for shape in ((2, 5, 16), (1, 7, 16)):
            x = torch.randn(shape)
            with torch.no_grad():
                expected = layer(x).numpy()
            np.testing.assert_allclose(model.run({"src": x.numpy()})["output"], expected, rtol=1e-4, atol=1e-5)

    def test_sizes_may_be_fixed(self):
        batch = torch.export.Dim("batch", min=1, max=100)
        model = landfall.from_torch(nn.Linear(3, 2), (torch.randn(2, 3),), ({0: batch},))
        self.assertEqual(model.inputs[0].shape[1], 3)
        self.assertIsInstance(model.inputs[0].shape[0], str)
        fixed = landfall.from_torch(nn.Linear(3, 2), (torch.randn(2, 3),), {})
        self.assertEqual(fixed.inputs[0].shape, [2, 3])

    def test_a_module_that_writes_to_itself_is_refused(self):
        class Count(nn.Module):
            def __init__(self):
                super().__init__()
                self.register_buffer("calls", torch.zeros(1))

            def forward(self, x):
                self.calls += 1
                return x + self.calls

        with self.assertRaisesRegex(landfall.Error, "changes its buffers") as refused:
            landfall.from_torch(Count(), (torch.zeros(2),))
        self.assertEqual(refused.exception.code, "unsupported")


class WithoutCopies(unittest.TestCase):
    BYTES = 256 * MEBIBYTE

    def test_inputs_are_read_where_they_are(self):
        class Ends(nn.Module):
            def forward(self, x):
                return x[:1] + x[-1:]

        model = landfall.from_torch(Ends(), (torch.randn(8),))
        x = torch.ones(self.BYTES // 4)
        before = peak_bytes()
        (result,) = model.run_torch([x])
        self.assertEqual(result.item(), 2)
        self.assertLess(peak_bytes() - before, self.BYTES // 4)

    def test_outputs_are_not_copied(self):
        class Long(nn.Module):
            def forward(self, x):
                return x.expand(self.count, 4) + 1

        module = Long()
        module.count = self.BYTES // 16
        model = landfall.from_torch(module, (torch.ones(1, 4),), {})
        before = peak_bytes()
        (result,) = model.run_torch([torch.ones(1, 4)])
        self.assertLess(peak_bytes() - before, self.BYTES * 3 // 2)
        del model  # The tensor keeps its memory.
        self.assertEqual(result.shape, (module.count, 4))
        self.assertEqual(float(result[-1, -1]), 2)

    def test_what_is_no_tensor_of_the_host_is_refused(self):
        model = landfall.from_torch(nn.ReLU(), (torch.randn(8),))
        with self.assertRaisesRegex(landfall.Error, "1 inputs, not 2"):
            model.run_torch([torch.ones(2), torch.ones(2)])
        with self.assertRaisesRegex(landfall.Error, "DLPack"):
            model.run_torch(["text"])
        with self.assertRaisesRegex(landfall.Error, "DLPack"):
            model.run_torch([torch.ones(2, device="meta")])
        np.testing.assert_array_equal(model.run_torch([torch.tensor([[1.0], [-1.0]])[:, 0]])[0], [1, 0])


class Registration(unittest.TestCase):
    def test_pytorch_finds_the_backend_by_its_entry_point(self):
        program = ("import sys, torch\n"
                   "run = torch.compile(lambda x: x * 2, backend='landfall')\n"
                   "assert 'landfall' in torch._dynamo.list_backends()\n"
                   "print(run(torch.ones(3)).tolist(), 'landfall.torch' in sys.modules)\n")
        done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, env=os.environ)
        self.assertEqual(done.stdout.strip(), "[2.0, 2.0, 2.0] True", done.stderr)
        self.assertNotIn("leaked", done.stderr)  # Models that outlive the extension.


if __name__ == "__main__":
    unittest.main()
