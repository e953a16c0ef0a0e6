"""What compilations keep for later ones, and the command `cache`.

    cache_test.py build/bin/landfall
"""

import os
import shutil
import unittest
from pathlib import Path

import onnx
from onnx import numpy_helper

from command_line import CommandLine


class Cache(CommandLine):
    def setUp(self):
        self.cache = self.path("cache", self.id())
        os.environ["LANDFALL_CACHE"] = self.cache
        self.addCleanup(os.environ.pop, "LANDFALL_CACHE")

    def kept(self):
        return sorted(file for file in Path(self.cache).rglob("*") if file.is_file())

    def compiled(self, model=None, *options):
        self.tell("compile", model or self.model, "-o", "kept.lfm", *options)
        return Path(self.path("kept.lfm")).read_bytes()

    def test_the_second_compilation_generates_nothing(self):
        first = self.compiled()
        files = self.kept()
        kernels = self.ask("compile", self.model)["kernels"]
        self.assertGreaterEqual(len(files), 2 * kernels, "kernels in two variants, and functions that they share")
        times = [file.stat().st_ctime_ns for file in files]
        self.assertEqual(self.compiled(), first)
        self.assertEqual(self.kept(), files)
        # Found, not written again: their inodes have not changed, their times of use have.
        self.assertTrue(all(file.stat().st_ctime_ns > time for file, time in zip(files, times)))
        self.assertEqual(self.compiled(None, "--no-cache"), first)

    def test_another_model_of_like_kernels(self):
        self.compiled()
        files = self.kept()
        other = onnx.load(self.model)
        for tensor in other.graph.initializer:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * 2, tensor.name))
        for node in other.graph.node:
            node.name += "_other"
        onnx.save(other, self.path("other.onnx"))
        self.compiled("other.onnx")
        self.assertEqual(self.kept(), files)

    def test_other_options_are_other_code(self):
        self.compiled()
        files = self.kept()
        self.compiled(None, "--skip-step", "collapse_loops")
        self.assertGreater(len(self.kept()), len(files))

    def test_nothing_is_kept(self):
        self.compiled(None, "--no-cache")
        self.assertEqual(self.kept(), [])
        os.environ["LANDFALL_CACHE"] = "off"
        self.compiled()
        self.assertEqual(self.kept(), [])
        self.assertIn("there is no cache", self.tell("cache"))

    def test_damage(self):
        first = self.compiled()
        for file in self.kept():
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 1
            file.write_bytes(data)
        self.assertEqual(self.compiled(), first)
        for file in self.kept():
            file.write_bytes(b"")
        self.assertEqual(self.compiled(), first)

    def test_parts_that_are_gone(self):
        """A kernel's object is of no use without the functions that it calls in others."""
        first = self.compiled()
        files = self.kept()
        for parity in range(2):
            for file in files[parity::2]:
                file.unlink()
            self.assertEqual(self.compiled(), first)
            self.assertEqual(self.kept(), files)

    def test_a_folder_that_cannot_be_used(self):
        expected = self.compiled()
        shutil.rmtree(self.cache)
        Path(self.cache).write_text("a file")
        self.assertEqual(self.compiled(), expected)
        self.assertEqual(Path(self.cache).read_text(), "a file")
        os.remove(self.cache)
        os.mkdir(self.cache)
        os.chmod(self.cache, 0o777)  # Others could put code there.
        self.assertEqual(self.compiled(), expected)
        self.assertEqual(self.kept(), [])
        self.assertFalse(self.ask("cache")["used"])
        self.assertIn("is not used", self.tell("cache"))

    def test_show_and_clear(self):
        self.compiled()
        count = len(self.kept())
        shown = self.ask("cache")
        self.assertEqual((shown["folder"], shown["objects"], shown["cleared"]), (self.cache, count, False))
        self.assertEqual(shown["bytes"], sum(file.stat().st_size for file in self.kept()))
        self.assertIn(f"{count} objects", self.tell("cache"))
        self.assertTrue(self.ask("cache", "--clear")["cleared"])
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.ask("cache")["objects"], 0)


if __name__ == "__main__":
    unittest.main()
