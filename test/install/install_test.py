"""The installed tree: found, linked and used by programs outside of ours.

    install_test.py BUILD_FOLDER
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import onnx
from onnx import TensorProto, helper

HERE = Path(__file__).resolve().parent
BUILD = os.path.abspath(sys.argv.pop(1))


def save_model(path):
    """y = Relu(x), x: float32 n."""
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        # Moved after it was installed: nothing in it may know where it was.
        first = cls.folder / "first"
        cls.tell("cmake", "--install", BUILD, "--prefix", first)
        cls.prefix = first.rename(cls.folder / "second")
        cls.sources = shutil.copytree(HERE / "outside", cls.folder / "outside")
        cls.model = cls.folder / "relu.onnx"
        save_model(cls.model)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def tell(cls, *command, **environment):
        done = subprocess.run([str(word) for word in command], text=True, cwd=cls.folder, capture_output=True,
                              env={**os.environ, **{name: str(value) for name, value in environment.items()}})
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def check(self, program, **environment):
        self.assertEqual(self.tell(program, self.model, **environment).split(), ["0", "2", "0"])

    def test_cmake_finds_it(self):
        build = self.folder / "build"
        self.tell("cmake", "-S", self.sources, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.tell("cmake", "--build", build)
        for program in ("in_c", "in_cpp"):
            self.check(build / program)

    def test_errors_have_their_text_whatever_compiles_the_header(self):
        for compiler in ("c++", "clang++-22"):
            program = self.folder / f"errors_by_{compiler}"
            self.tell(compiler, "-std=c++17", self.sources / "in_cpp.cpp", f"-I{self.prefix}/include",
                      f"-L{self.prefix}/lib", "-llandfall", f"-Wl,-rpath,{self.prefix}/lib", "-o", program)
            done = subprocess.run([program, "absent.onnx"], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (1, "absent.onnx: cannot open: No such file or directory\n"))

    def test_pkg_config_finds_it(self):
        flags = self.tell("pkg-config", "--cflags", "--libs", "landfall",
                          PKG_CONFIG_PATH=self.prefix / "lib/pkgconfig").split()
        for compiler, source in (("cc", "in_c.c"), ("c++", "in_cpp.cpp")):
            program = self.folder / f"by_{compiler}"
            self.tell(compiler, self.sources / source, *flags, "-o", program)
            self.check(program, LD_LIBRARY_PATH=self.prefix / "lib")

    def test_the_program_compiles_and_runs(self):
        program, package = self.prefix / "bin/landfall", self.folder / "relu.lfm"
        self.tell(program, "compile", self.model, "-o", package, "--target", "reef", "--variant", "native")
        self.assertIn("ran in", self.tell(program, "run", package, "--dim", "n=4", "--own-process"))

    def test_the_program_finds_the_quantiser(self):
        self.assertIn("--max-error", self.tell(self.prefix / "bin/landfall", "quantize", "--help", "--python",
                                               sys.executable))

    def test_python_imports_it(self):
        site = next((self.prefix / "lib").glob("python3*/site-packages"))
        script = ("import landfall, numpy, sys; "
                  "print(*landfall.compile(sys.argv[1]).run({'x': numpy.float32([-1, 2, -3])})['y'])")
        self.assertEqual(self.tell(sys.executable, "-c", script, self.model, PYTHONPATH=site).split(),
                         ["0.0", "2.0", "0.0"])

    def test_onnxruntime_loads_it(self):
        site = next((self.prefix / "lib").glob("python3*/site-packages"))
        script = ("import landfall.onnxruntime_ep as ep, numpy, onnxruntime, sys; "
                  "made = onnxruntime.InferenceSession(sys.argv[1], ep.session_options()); "
                  "print(ep.get_library_path(), made.get_providers()[0]); "
                  "print(*made.run(None, {'x': numpy.float32([-1, 2, -3])})[0])")
        printed = self.tell(sys.executable, "-c", script, self.model, PYTHONPATH=site).split()
        self.assertEqual(printed, [str(self.prefix / "lib/liblandfall_onnxruntime.so"), "LandfallExecutionProvider",
                                   "0.0", "2.0", "0.0"])

    def test_only_the_interface_is_installed(self):
        headers = {path.name for path in self.prefix.rglob("*.h*")}
        self.assertEqual(headers, {"landfall.h", "values.h", "version.h", "landfall.hpp", "call.hpp", "error.hpp",
                                   "package.hpp", "values.hpp"})


if __name__ == "__main__":
    sys.exit(unittest.main())
