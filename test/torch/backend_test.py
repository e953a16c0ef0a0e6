"""torch.compile(backend="landfall") on small modules: results, counts, refusals.

    backend_test.py

Exit status 77 where there is no .venv-frameworks (./dev frameworks makes it).
"""

import subprocess
import sys
import unittest
import warnings
from unittest import mock

import environment  # noqa: F401, I001
import torch
from torch import nn

import landfall.torch

statistics = landfall.torch.statistics


class Net(nn.Module):
    """A few layers, a buffer, and a result whose order in memory is not its own."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(8, 16), nn.Linear(16, 4)
        self.register_buffer("shift", torch.arange(4.0))

    def forward(self, x):
        return (self.second(torch.tanh(self.first(x))) + self.shift).transpose(0, 1)


def compiled(function, **options):
    return torch.compile(function, backend="landfall", dynamic=True, options={"fallback": False, **options})


def steps(tensor):
    """The strides that mean something."""
    return [stride for stride, size in zip(tensor.stride(), tensor.shape) if size > 1]


class BackendTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(7)
        torch._dynamo.reset()
        statistics.reset()
        # Where a test does not ask for gradients, none are recorded.
        self.without_gradients = torch.no_grad()
        self.without_gradients.__enter__()
        self.addCleanup(self.without_gradients.__exit__, None, None, None)

    def check(self, found, expected, tolerance=1e-5):
        """Equal in values, shape, type and order in memory."""
        self.assertEqual(type(found), type(expected))
        if isinstance(expected, (tuple, list)):
            self.assertEqual(len(found), len(expected))
            for a, b in zip(found, expected):
                self.check(a, b, tolerance)
        elif torch.is_tensor(expected):
            torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)
            if expected.numel():
                self.assertEqual(steps(found), steps(expected))
        else:
            self.assertEqual(found, expected)


class Sizes(BackendTest):
    def test_one_artefact_serves_all_batches_and_lengths(self):
        layer = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True).eval()
        run = compiled(layer)
        for batch, length in ((2, 5), (3, 9), (5, 2), (2, 70)):
            x = torch.randn(batch, length, 16)
            self.check(run(x), layer(x))
        self.assertEqual((statistics.graphs, statistics.compilations), (1, 1))

    def test_sizes_0_and_1_too(self):
        net = Net().eval()
        run = landfall.torch.compile(net, fallback=False)
        for batch in (1, 4, 0, 3):
            x = torch.randn(batch, 8)
            self.check(run(x), net(x))
        self.assertEqual((statistics.graphs, statistics.compilations), (1, 1))

    def test_height_and_width_may_be_equal_at_first(self):
        net = nn.Conv2d(2, 3, 3).eval()
        run = landfall.torch.compile(net, fallback=False)
        for shape in ((4, 2, 8, 8), (1, 2, 8, 12), (8, 2, 5, 8)):
            x = torch.randn(shape)
            self.check(run(x), net(x))
        self.assertEqual((statistics.graphs, statistics.compilations), (1, 1))

    def test_attention_with_a_cache_that_grows(self):
        """One token at a time, whatever the batch: what is traced with sizes of 1 makes them
        no condition, nor that they are not."""

        class Attend(nn.Module):
            def __init__(self):
                super().__init__()
                self.projection = nn.Linear(8, 24)

            def forward(self, x, keys, values):
                q, k, v = (t.view(*x.shape[:2], 2, 4).transpose(1, 2) for t in self.projection(x).chunk(3, -1))
                keys, values = torch.cat([keys, k], 2), torch.cat([values, v], 2)
                return nn.functional.scaled_dot_product_attention(q, keys, values), keys, values

        net = Attend().eval()
        for sizes in (((2, 3, 4), (1, 3, 5), (3, 1, 7)), ((1, 1, 5), (2, 1, 6), (3, 2, 9))):
            torch._dynamo.reset()
            statistics.reset()
            run = landfall.torch.compile(net, fallback=False)
            for batch, length, past in sizes:
                arguments = torch.randn(batch, length, 8), *torch.randn(2, batch, 2, past, 4)
                for found, expected in zip(run(*arguments), net(*arguments)):
                    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
            self.assertEqual((statistics.graphs, statistics.compilations), (1, 1))

    def test_sizes_are_results_and_arguments(self):
        def run(x, count):
            return x.repeat(count, 1), x.shape[0] * count, None, 7

        fast = compiled(run)
        for batch, count in ((3, 2), (4, 5)):
            x = torch.randn(batch, 2)
            self.check(fast(x, count), run(x, count))
        self.assertEqual(statistics.compilations, 1)

    def test_a_size_that_the_values_decide(self):
        torch._dynamo.config.capture_dynamic_output_shape_ops = True
        self.addCleanup(setattr, torch._dynamo.config, "capture_dynamic_output_shape_ops", False)

        def run(x):
            return x[x > 0] * 2, torch.nonzero(x).sum(0)

        fast = compiled(run)
        for count in (5, 9):
            x = torch.randn(count)
            self.check(fast(x), run(x))
        self.assertEqual(statistics.compilations, 1)


class Weights(BackendTest):
    def test_writes_to_weights_are_seen(self):
        net = Net().eval()
        run, x = compiled(net), torch.randn(3, 8)
        for step in range(5):
            self.check(run(x), net(x))
            net.first.weight.mul_(1.5)
        # Frozen twice; what is written to again and again is passed.
        self.assertEqual(statistics.compilations, 3)
        net.load_state_dict(Net().state_dict())
        self.check(run(x), net(x))

    def test_what_cannot_be_compiled_again_runs_in_pytorch(self):
        """Only if it may; with the new weights."""
        x, compile_model = torch.randn(3, 8), landfall.compile
        for fallback in (True, False):
            torch._dynamo.reset()
            module = Net()
            model = compiled(module, fallback=fallback)
            self.check(model(x), module(x))
            module.shift += 1
            with mock.patch.object(landfall, "compile", side_effect=RuntimeError("no compiler")):
                if not fallback:
                    self.assertRaisesRegex(RuntimeError, "no compiler", model, x)
                    continue
                with self.assertWarnsRegex(landfall.torch.StaysInPyTorch, "no compiler"):
                    self.check(model(x), module(x))
            self.check(model(x + 1), module(x + 1))
            self.assertEqual(statistics.in_pytorch["RuntimeError: no compiler"], 1)
        self.assertIs(landfall.compile, compile_model)

    def test_a_parameter_that_is_replaced(self):
        net = Net().eval()
        run, x = compiled(net), torch.randn(3, 8)
        self.check(run(x), net(x))
        net.second.weight = nn.Parameter(torch.randn(4, 16))
        self.check(run(x), net(x))
        net.second.weight.data = torch.randn(4, 16)
        self.check(run(x), net(x))

    def test_modules_that_share_their_code(self):
        nets = [Net().eval() for _ in range(4)]
        x = torch.randn(3, 8)
        run = [compiled(net) for net in nets]
        for _ in range(2):
            for fast, net in zip(run, nets):
                self.check(fast(x), net(x))
        self.assertLessEqual(statistics.compilations, len(nets))

    def test_weights_may_be_passed(self):
        net = Net().eval()
        run, x = compiled(net, weights="pass"), torch.randn(3, 8)
        for _ in range(3):
            self.check(run(x), net(x))
            net.first.weight.data.mul_(1.5)  # Which no count of writes tells.
        self.assertEqual(statistics.compilations, 1)

    def test_weights_made_for_inference_alone(self):
        with torch.inference_mode():
            net = Net().eval()
            run, x = compiled(net), torch.randn(3, 8)
            for _ in range(2):
                self.check(run(x), net(x))
                net.first.weight.mul_(1.5)
        self.assertEqual(statistics.compilations, 1)


class InPlace(BackendTest):
    def test_an_argument_is_written_to(self):
        def run(x, y):
            x.add_(1)
            y[1:] = x[:-1]
            return x * y

        fast = compiled(run)
        for count in (3, 6):
            x, y = torch.randn(count, 2), torch.randn(count, 2)
            x2, y2 = x.clone(), y.clone()
            self.check((fast(x, y), x, y), (run(x2, y2), x2, y2))
        self.assertEqual(statistics.compilations, 1)

    def test_a_cache_in_a_buffer(self):
        class Cache(nn.Module):
            def __init__(self):
                super().__init__()
                self.register_buffer("keys", torch.zeros(8, 4))
                self.scale = nn.Parameter(torch.randn(4))

            def forward(self, x, position):
                self.keys.index_copy_(0, position, x * self.scale)
                return self.keys.sum(0)

        slow, cached = Cache(), Cache()
        cached.load_state_dict(slow.state_dict())
        fast = compiled(cached)
        for step in range(4):
            x, position = torch.randn(2, 4), torch.tensor([step, step + 4])
            self.check(fast(x, position), slow(x, position))
            self.check(cached.keys, slow.keys)
        self.assertEqual(statistics.compilations, 1)

    def test_views_and_the_same_result_twice(self):
        def run(x):
            y = x * 2
            return x[1:], y.view(-1), y, y, x

        fast, x = compiled(run), torch.randn(4, 3)
        self.check(fast(x), run(x))
        self.assertEqual(fast(x)[0].data_ptr(), x[1:].data_ptr())


class Forms(BackendTest):
    def test_element_types(self):
        def run(x, y):
            return x + y, x * 3, x > y, x.sum(0)

        for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.uint8,
                      torch.int16, torch.int32, torch.int64):
            with self.subTest(dtype):
                torch._dynamo.reset()
                x, y = (torch.randint(0, 9, (4, 3)).to(dtype) for _ in range(2))
                self.check(compiled(run)(x, y), run(x, y), 0)

    def test_truth_values(self):
        def run(x, y):
            return x & y, x.any(0), torch.where(x, 1.5, 2.5), ~x

        x, y = torch.rand(4, 3) > 0.5, torch.rand(4, 3) > 0.5
        self.check(compiled(run)(x, y), run(x, y))

    def test_types_that_are_mixed(self):
        def run(x, y, z):
            return x + y, x * z, y / 2, torch.arange(x.shape[0]) * 0.5

        arguments = torch.randn(4), torch.arange(4), torch.randn(4, dtype=torch.float64)
        self.check(compiled(run)(*arguments), run(*arguments))

    def test_autocast(self):
        net, x = Net().eval(), torch.randn(5, 8)
        with torch.autocast("cpu", torch.bfloat16):
            found, expected = compiled(net)(x), net(x)
        self.assertEqual(found.dtype, expected.dtype)
        torch.testing.assert_close(found, expected, rtol=0.02, atol=0.02)

    def test_order_in_memory_is_that_of_pytorch(self):
        net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU()).eval()
        net = net.to(memory_format=torch.channels_last)
        fast = compiled(net)
        for batch in (2, 3):
            x = torch.randn(batch, 3, 9, 9).to(memory_format=torch.channels_last)
            self.check(fast(x), net(x))
        self.check(compiled(net)(x[:, :, ::2]), net(x[:, :, ::2]))

    def test_pieces_around_python(self):
        said = []

        @torch._dynamo.disable
        def say(x):
            said.append(float(x.sum()))

        def run(x):
            y = torch.relu(x) + 1
            say(y)
            return y * y.shape[0]

        fast, x = compiled(run), torch.randn(3, 2)
        self.check(fast(x), run(x))
        self.assertEqual(statistics.compilations, 2)
        self.assertAlmostEqual(said[0], said[1], 5)

    def test_attention(self):
        attend = torch.nn.functional.scaled_dot_product_attention
        q, k = torch.randn(2, 4, 5, 8), torch.randn(2, 4, 7, 8)
        hidden = torch.rand(2, 1, 5, 7) > 0.4
        hidden[0, 0, 2] = False  # A row that sees nothing is zeros.
        for name, run in {"plain": lambda q, k: attend(q, k, k), "causal": lambda q, k: attend(q, k, k, is_causal=True),
                          "bool": lambda q, k: attend(q, k, k, hidden),
                          "sum": lambda q, k: attend(q, k, k, torch.where(hidden, 0.5, float("-inf"))),
                          "fewer keys": lambda q, k: attend(q, k[:, :2], k[:, :2], enable_gqa=True)}.items():
            with self.subTest(name):
                torch._dynamo.reset()
                # PyTorch chooses among several ways, whose orders in memory differ.
                torch.testing.assert_close(compiled(run)(q, k), run(q, k), rtol=1e-5, atol=1e-5)
                half = compiled(run)(q.bfloat16(), k.bfloat16())
                torch.testing.assert_close(half.float(), run(q, k), rtol=0.05, atol=0.05)

    def test_a_branch_of_the_graph(self):
        def run(x):
            return torch.cond(x.sum() > 0, lambda x: x + torch.tensor([1, 2, 3]), lambda x: x.exp(), (x,))

        fast = compiled(run)
        for sign in (1.0, -1.0):
            x = sign * torch.ones(3)
            self.check(fast(x), run(x))
        self.assertEqual(statistics.compilations, 1)

    def test_a_simulated_chip(self):
        net, x = Net().eval(), torch.randn(3, 8)
        self.check(compiled(net, target="reef1")(x), net(x))


class Refusals(BackendTest):
    def told(self, function, *arguments, times=1):
        fast = torch.compile(function, backend="landfall")
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            results = [fast(*arguments) for _ in range(times)]
        return results, [str(w.message) for w in found if w.category is landfall.torch.StaysInPyTorch]

    def test_training_stays_in_pytorch_and_says_so_once(self):
        landfall.torch.report._told.clear()
        with torch.enable_grad():
            net, x = Net(), torch.randn(3, 8)
            (result,), told = self.told(net, x)
            result.sum().backward()
            self.assertEqual(net.first.weight.grad.shape, (16, 8))
            _, again = self.told(Net(), x[:2])
        self.assertEqual((len(told), again), (1, []))
        self.assertIn("torch.no_grad()", told[0])
        self.assertEqual(statistics.compilations, 0)

    def test_random_numbers_are_those_of_pytorch(self):
        landfall.torch.report._told.clear()

        def run(x):
            return x + torch.rand(3)

        torch.manual_seed(3)
        (found,), told = self.told(run, torch.zeros(3))
        torch.manual_seed(3)
        self.check(found, run(torch.zeros(3)))
        self.assertIn("random", told[0])

    def test_errors_where_they_are_asked_for(self):
        with self.assertRaisesRegex(Exception, "random"):
            compiled(lambda x: x + torch.rand(3))(torch.zeros(3))
        with self.assertRaisesRegex(Exception, '"freeze" or "pass"'):
            compiled(lambda x: x + 1, weights="melt")(torch.zeros(3))
        with self.assertRaisesRegex(Exception, "abacus"):
            compiled(lambda x: x + 1, target="abacus")(torch.zeros(3))


class Installation(unittest.TestCase):
    def test_questions_about_cuda_do_not_end_the_process(self):
        """Also where its libraries are stand-ins (tools/frameworks.py): transformers ask."""
        ask = """
import torch
try:
    print(torch.cuda.is_current_stream_capturing())
except RuntimeError:
    print(False)
"""
        done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "False\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
