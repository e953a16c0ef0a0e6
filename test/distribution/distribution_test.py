"""Wheels, the tarball and the Debian packages, in clean environments: `./dev test --wheel`.

    distribution_test.py [--python PYTHON]...

Makes them all, then installs the wheels into new virtual environments of every Python that
they were made for (--python names more, of other versions), and the rest into the root of
Debian 11 (glibc 2.31), which debootstrap makes in build/roots; without root's rights,
debootstrap or the network, that part says so and is left out.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import archive  # noqa: E402
import portable  # noqa: E402
import wheel  # noqa: E402

SUITE = "bullseye"

MODEL = """
import sys
from onnx import TensorProto as T, helper as h, save
value = lambda name: h.make_tensor_value_info(name, T.FLOAT, ["n"])
save(h.make_model(h.make_graph([h.make_node("Relu", ["x"], ["y"])], "g", [value("x")], [value("y")]),
     ir_version=8, opset_imports=[h.make_opsetid("", 17)]), sys.argv[1])
"""

# Without a compiler, with a package only; an LLVM of the system may be there first.
TRIAL = """
import ctypes, sys
try:
    ctypes.CDLL("/usr/lib/llvm-22/lib/libLLVM.so.22.1", mode=ctypes.RTLD_GLOBAL)
except OSError:
    pass
import numpy, landfall
if sys.argv[1].endswith(".onnx"):
    model = landfall.compile(sys.argv[1], variants=[])
    model.save("relu.lfm")
else:
    model = landfall.load(sys.argv[1])
print(model.run({"x": numpy.array([1, -2, 3], "float32")})["y"].tolist(), landfall.__file__)
"""


def run(*command, **options):
    done = subprocess.run([os.fspath(word) for word in command], text=True, capture_output=True, **options)
    if done.returncode:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Distribution(unittest.TestCase):
    pythons = []

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.addClassCleanup(cls.temporary.cleanup)
        run(wheel.VENV, "-c", MODEL, cls.folder / "relu.onnx")
        output = cls.folder / "made"
        output.mkdir()
        cls.packages = archive.make(output)
        *cls.wheels, cls.compiler = wheel.make(output, cls.pythons)

    #===--- Wheels --------------------------------------------------------===#

    def test_sizes(self):
        for made in self.wheels:
            self.assertLess(portable.mebibytes(made), wheel.RUNTIME_MIB)

    def test_a_file_that_needs_more_is_refused(self):
        with self.assertRaisesRegex(portable.Failure, "other systems lack"):
            portable.check([(ROOT / "build/lib/liblandfall_compiler.so.0").resolve()])
        source = self.folder / "newer.c"
        source.write_text("#include <pthread.h>\nint main(void) { return pthread_join(pthread_self(), 0); }\n")
        run("cc", source, "-o", self.folder / "newer")
        with self.assertRaisesRegex(portable.Failure, r"newer than 2.28.*pthread_join \(2.34\)"):
            portable.check([self.folder / "newer"])

    def try_wheels(self, python):
        place = self.folder / f"venv{len(list(self.folder.iterdir()))}"
        run(python, "-m", "venv", place)
        pip = [place / "bin/pip", "--disable-pip-version-check", "--quiet"]
        run(*pip, "install", "numpy")
        # pip chooses by the tags, and is given nothing else.
        offline = ["--no-index", "--find-links", self.wheels[0].parent]
        run(*pip, "install", *offline, "landfall[compiler]")
        environment = {"HOME": str(place), "PATH": f"{place}/bin:/usr/bin:/bin"}
        work = place / "work"
        work.mkdir()
        for argument in (self.folder / "relu.onnx", "relu.lfm"):
            printed = run(place / "bin/python", "-c", TRIAL, argument, cwd=work, env=environment)
            self.assertTrue(printed.startswith("[1.0, 0.0, 3.0]"), printed)
            self.assertIn(str(place), printed)
        examined = run(place / "bin/landfall", "doctor", cwd=work, env=environment)
        self.assertNotIn("\n- ", examined)
        self.assertRegex(examined, rf"ok  python +{place}/bin/python")
        run(*pip, "uninstall", "-y", "landfall-compiler")
        for device in ("cpu", "null"):
            with open(work / "log", "w") as log:
                done = subprocess.run([place / "bin/landfall", "run", "relu.lfm", "--input", "x=1", "--device", device],
                                      cwd=work, env=environment, stdout=log, stderr=log, check=False)
            self.assertEqual(done.returncode, 0 if device == "cpu" else 4, (work / "log").read_text())
        done = subprocess.run([place / "bin/landfall", "compile", self.folder / "relu.onnx"], cwd=work, env=environment,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("compiling needs liblandfall_compiler", done.stderr)

    def test_wheels_in_clean_environments(self):
        for python in {*wheel.interpreters(self.pythons).values(), *self.pythons}:
            with self.subTest(python=str(python)):
                self.try_wheels(python)

    #===--- An older system -----------------------------------------------===#

    @classmethod
    def old_root(cls):
        """An unpacked Debian 11, kept for the next time; skips the test without one."""
        root = ROOT / "build/roots" / SUITE
        if (root / "usr/bin/dpkg").exists() and not (root / "debootstrap").exists():
            return root
        if os.geteuid() != 0 or not shutil.which("debootstrap"):
            raise unittest.SkipTest(f"an unpacked {SUITE} needs root's rights and debootstrap (apt install debootstrap)")
        root.parent.mkdir(exist_ok=True)
        done = subprocess.run(["debootstrap", "--variant=minbase", SUITE, root], text=True, capture_output=True,
                              check=False)
        if done.returncode:
            shutil.rmtree(root, ignore_errors=True)
            raise unittest.SkipTest(f"debootstrap could not make {SUITE}: {done.stdout.strip().splitlines()[-1]}")
        return root

    def inside(self, root, *command):
        """A command in the root, without network; `landfall` finds its place through /proc."""
        script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        return run("unshare", "--mount", "--net", "bash", "-c", script, root, *command,
                   env={"HOME": "/tmp", "LANDFALL_CACHE": "/tmp/cache", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})

    def test_an_older_system(self):
        kept = self.old_root()
        root = self.folder / "root"
        run("cp", "-a", "--reflink=auto", kept, root)
        self.addCleanup(shutil.rmtree, root)
        tarball, runtime, compiler = self.packages
        run("tar", "xf", tarball, "-C", root / "opt")
        program = "/" + str(next(root.glob("opt/*/bin/landfall")).relative_to(root))
        # Without a compiler: a package from here.
        run(ROOT / "build/bin/landfall", "compile", self.folder / "relu.onnx", "-o", root / "relu.lfm")
        self.assertIn("ran in", self.inside(root, program, "run", "/relu.lfm", "--input", "x=1"))
        examined = self.inside(root, program, "doctor")
        self.assertIn("glibc 2.31", examined)
        self.assertRegex(examined, r"- +compiler ")
        # The Debian packages, with one.
        for package in (runtime, compiler):
            shutil.copy(package, root / "tmp")
            self.inside(root, "dpkg", "--install", f"/tmp/{package.name}")
        shutil.copy(self.folder / "relu.onnx", root / "relu.onnx")
        self.assertIn("ran in", self.inside(root, "landfall", "run", "/relu.onnx", "--device", "reef1", "--own-process"))
        examined = self.inside(root, "landfall", "doctor")
        self.assertNotRegex(examined, r"- +(compiler|images) ")
        self.assertIn("equals the interpreter's", examined)
        self.assertTrue((root / "usr/share/bash-completion/completions/landfall").exists())
        self.inside(root, "dpkg", "--remove", "landfall-compiler", "landfall")
        self.assertFalse((root / "usr/bin/landfall").exists())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--python", action="append", default=[])
    options, rest = parser.parse_known_args()
    Distribution.pythons = [Path(python) for python in options.python]
    unittest.main(argv=[sys.argv[0], *rest])
