"""docs/adopt.md, performed: the files that it shows, and its commands, section by section.

    adopt_test.py BUILD

The section on PyTorch is left out, with a line, where there is no .venv-frameworks
(./dev frameworks makes it).
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv.pop(1)).resolve()
PAGE = ROOT / "docs/adopt.md"
FRAMEWORKS = ROOT / ".venv-frameworks"
# A file that the text names before its block, or a block of commands.
BLOCK = re.compile(r"`([\w.]+)`:\n\n```(?:python|cpp)\n(.*?)^```$|^```sh( torch)?\n(.*?)^```$", re.S | re.M)


class Adopt(unittest.TestCase):
    """Each test is a section, in a folder of its own with the model that all share."""

    @classmethod
    def setUpClass(cls):
        cls.shared, *rest = re.split(r"^## ", PAGE.read_text(), flags=re.M)
        cls.sections = dict(section.split("\n", 1) for section in rest)
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        for component in ("development", "runtime"):
            subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.folder / "prefix", "--component", component],
                           check=True, stdout=subprocess.DEVNULL)

    def perform(self, title):
        """Writes the files and runs the commands as a person would, but stops at the first failure."""
        folder = self.folder / self.id().rsplit("_", 1)[-1]
        folder.mkdir()
        printed, commands = "", 0
        for name, content, is_torch, script in BLOCK.findall(self.shared + self.sections[title]):
            if name:
                (folder / name).write_text(content)
                continue
            if is_torch and not FRAMEWORKS.exists():
                self.skipTest("there is no .venv-frameworks; ./dev frameworks makes it")
            venv = FRAMEWORKS if is_torch else ROOT / ".venv"
            environment = dict(os.environ, PATH=f"{BUILD}/bin:{venv}/bin:{os.environ['PATH']}",
                               PYTHONPATH=str(BUILD / "python"), LANDFALL_SOURCE=str(ROOT),
                               PKG_CONFIG_PATH=str(self.folder / "prefix/lib/pkgconfig"))
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, text=True, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout[-4000:]}")
            printed += done.stdout
            commands += 1
        self.assertGreater(commands, 1)
        return printed

    def test_every_section_is_performed(self):
        self.assertEqual(len(self.sections), len([name for name in dir(self) if name.startswith("test_section_")]))
        blocks = len(re.findall(r"^```\w", PAGE.read_text(), re.M))
        self.assertEqual(blocks, len(BLOCK.findall(PAGE.read_text())), "blocks that are neither a file nor commands")

    def test_section_onnxruntime(self):
        printed = self.perform("You have an application that uses ONNX Runtime")
        self.assertEqual(printed.count("largest difference"), 3)
        self.assertRegex(printed, r"speed-up")
        self.assertRegex(printed, r"7 nodes: ")

    def test_section_torch(self):
        self.assertEqual(self.perform("You have a PyTorch model").count("largest difference"), 3)

    def test_section_cpp(self):
        printed = self.perform("You have a C++ program")
        values = re.findall(r"^(\d+)x\1: 0\.\d+$", printed, re.M)
        self.assertEqual(values, ["32", "57", "224"])
        self.assertIn("error: damaged.lfm: not a usable Landfall package", printed)

    def test_section_chip(self):
        printed = self.perform("You build a chip")
        self.assertEqual(printed.count("ran in"), 3)
        busy = re.search(r"cycles.*\n.*4x3x64x64 +([\d.,]+)", printed)
        self.assertIsNotNone(busy, printed)
        self.assertIn("landfall on wide", printed)


if __name__ == "__main__":
    unittest.main()
