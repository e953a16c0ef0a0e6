"""Whether cmake/compile_cached.sh serves a tree what another one compiled."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

LAUNCHER = Path(__file__).resolve().parents[1] / "cmake/compile_cached.sh"
SOURCES = 3
PROJECT = f"""
cmake_minimum_required(VERSION 3.25)
project(tree CXX)
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
include_directories(${{CMAKE_SOURCE_DIR}})
add_library(tree {" ".join(f"s{k}.cpp" for k in range(SOURCES))})
target_precompile_headers(tree PRIVATE header.h <string>)
"""


def make_tree(folder):
    (folder / "cmake").mkdir(parents=True)
    shutil.copy(LAUNCHER, folder / "cmake")
    (folder / "CMakeLists.txt").write_text(PROJECT)
    (folder / "header.h").write_text("#pragma once\ninline int one() { return 1; }\n")
    for k in range(SOURCES):
        (folder / f"s{k}.cpp").write_text(f"std::string text{k}() {{ return std::to_string(one() + {k}); }}\n")


class TwoTrees(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.environment = os.environ | {"CCACHE_DIR": str(self.folder / "cache")}

    def call(self, *command):
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def build(self, tree):
        """The number of files that did not have to be compiled."""
        self.call("ccache", "--zero-stats")
        self.call("cmake", "-G", "Ninja", "-S", tree, "-B", tree / "build", "-DCMAKE_CXX_COMPILER=clang++-22",
                  f"-DCMAKE_CXX_COMPILER_LAUNCHER={tree / 'cmake' / LAUNCHER.name}")
        self.call("ninja", "-C", tree / "build")
        hits = re.findall(r"^(?:direct|preprocessed)_cache_hit\t(\d+)$", self.call("ccache", "--print-stats"), re.M)
        return sum(map(int, hits))

    def test_of_the_same_sources(self):
        first, second = self.folder / "first", self.folder / "second"
        make_tree(first)
        make_tree(second)
        self.assertEqual(self.build(first), 0)
        shutil.rmtree(first)
        self.assertEqual(self.build(second), SOURCES)

    def test_behind_one_name(self):
        """As in containers: the paths are the same, the folders are not."""
        name = self.folder / "name"
        for folder in ("first", "second"):
            make_tree(self.folder / folder)
            name.symlink_to(self.folder / folder)
            self.build(name)
            name.unlink()
            shutil.rmtree(self.folder / folder)

    def test_of_another_header(self):
        first, second = self.folder / "first", self.folder / "second"
        make_tree(first)
        make_tree(second)
        self.build(first)
        (second / "header.h").write_text("#pragma once\ninline int one() { return 1 + 0; }\n")
        self.assertEqual(self.build(second), 0)


if __name__ == "__main__":
    unittest.main()
