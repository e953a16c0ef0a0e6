"""What PyTorch leaves to Python is told: warnings of landfall.torch.compile and of the backend.

    breaks_test.py

Exit status 77 where there is no .venv-frameworks (./dev frameworks makes it).
"""

import unittest
import warnings

import environment  # noqa: F401, I001
import torch

import landfall.torch


def resizing(**options):
    """PyTorch traces an integer of a closure's table as a size, and takes no list of sizes for factors."""
    return lambda x: torch.nn.functional.interpolate(x, **options)


def loop(x):
    for _ in range(2):
        x = x + 1
        torch._dynamo.graph_break()
    return x


def pieces(x):
    y = x + 1
    torch._dynamo.graph_break()
    return y * 2


def whole(x):
    return x + 1


class Breaks(unittest.TestCase):
    def setUp(self):
        torch._dynamo.reset()
        landfall.torch.statistics.reset()
        landfall.torch.report._told.clear()

    def told(self, fast, expected):
        """What is told in two calls, of which the second is not traced."""
        x = torch.ones(2, 3, 4, 5)
        with torch.no_grad(), warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            for _ in range(2):
                torch.testing.assert_close(fast(x), expected(x))
        return [str(w.message) for w in found if w.category is landfall.torch.StaysInPyTorch]

    def check(self, run, graphs, words):
        (text,) = self.told(landfall.torch.compile(run, fallback=False), run)
        self.assertRegex(text, f"{words}.*breaks_test.py:\\d+\\)$")
        self.assertEqual(landfall.torch.statistics.graphs, graphs)

    def test_a_break_that_leaves_nothing_to_a_backend(self):
        self.check(resizing(scale_factor=2, mode="bilinear"), 0, "breaks the graph.*interpolate")

    def test_code_that_is_not_traced(self):
        self.check(loop, 0, "leaves loop to Python")

    def test_a_break_between_pieces(self):
        self.check(pieces, 2, "breaks the graph")

    def test_torch_compile_tells_of_what_it_hands_over(self):
        (text,) = self.told(torch.compile(pieces, backend="landfall"), pieces)
        self.assertRegex(text, "breaks the graph.*breaks_test.py:\\d+\\)$")

    def test_nothing_is_told_without_a_break(self):
        self.assertEqual(self.told(landfall.torch.compile(whole, fallback=False), whole), [])

    def test_breaks_of_others_are_not_told(self):
        torch.compile(pieces, backend="eager")(torch.ones(3))
        self.assertEqual(self.told(landfall.torch.compile(whole, fallback=False), whole), [])


if __name__ == "__main__":
    unittest.main()
