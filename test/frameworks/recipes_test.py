"""The recipes of docs/from_frameworks.md, each run in .venv-frameworks.

    recipes_test.py

Exit status 77 where there is no such environment (./dev frameworks makes it).
"""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "torch")]

import environment  # noqa: E402, F401

PAGE = HERE.parents[1] / "docs" / "from_frameworks.md"
NEEDS = {"keras_network": "keras"}  # Which ./dev frameworks does not install.


class Recipes(unittest.TestCase):
    def run_recipe(self, path):
        if (package := NEEDS.get(path.stem)) and importlib.util.find_spec(package) is None:
            self.skipTest(f"{package} is not installed")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, path], cwd=folder, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])


def add(path):
    setattr(Recipes, f"test_{path.stem}", lambda self: self.run_recipe(path))


for each in sorted(HERE.glob("*.py")):
    if each.name != Path(__file__).name:
        add(each)


class Page(unittest.TestCase):
    def test_every_recipe_is_on_the_page(self):
        text = PAGE.read_text()
        for path in HERE.glob("*.py"):
            if path.name != Path(__file__).name:
                self.assertIn(f"<!-- test/frameworks/{path.name} -->", text)


if __name__ == "__main__":
    unittest.main()
