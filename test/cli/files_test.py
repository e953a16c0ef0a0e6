"""What build/bin/landfall does to files, and when it cannot write.

    files_test.py build/bin/landfall
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PROGRAM = os.path.abspath(sys.argv.pop(1))


def save_model(path, external=False):
    """y = x + weight, both of 64 float32; the weight in weight.bin or inside."""
    weight = numpy_helper.from_array(np.arange(64, dtype=np.float32), "weight")
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [64]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "weight"], ["y"])], "add", ports[:1], ports[1:], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path, save_as_external_data=external, location="weight.bin", size_threshold=0)


class Files(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        save_model(self.folder / "m.onnx", external=True)
        np.save(self.folder / "x.npy", np.ones(64, np.float32))
        self.tell("compile", "m.onnx", "--variant", "native")

    def start(self, *arguments, **streams):
        # What hangs has waited for a file.
        return subprocess.run([PROGRAM, *arguments], text=True, cwd=self.folder, timeout=60,
                              **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams})

    def tell(self, *arguments):
        done = self.start(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def refuses(self, code, words, *arguments):
        with self.subTest(arguments):
            done = self.start(*arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertTrue(done.stderr.startswith("error: "), done.stderr)
            self.assertIn(words, done.stderr)

    def contents(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    # -- No output overwrites an input ----------------------------------------

    def test_an_output_never_overwrites_an_input(self):
        for file in ("m.onnx", "weight.bin", "m.lfm", "x.npy"):
            os.symlink(file, self.folder / f"soft.{file}")
            os.link(self.folder / file, self.folder / f"hard.{file}")
        before = self.contents()

        def refused(*arguments):
            self.refuses(1, "overwrite", *arguments)

        for kind in ("", "soft.", "hard.", "./", f"{self.folder}/"):
            for file in ("m.onnx", "weight.bin"):
                refused("compile", "m.onnx", "-o", f"{kind}{file}")
                refused("run", "m.onnx", "--save-outputs", f"{kind}{file}")
            refused("run", "m.lfm", "--save-outputs", f"{kind}m.lfm")
            refused("run", "m.lfm", "--input", "x=@x.npy", "--save-outputs", f"{kind}x.npy")
        self.assertEqual(self.contents(), before)

    def test_files_of_a_folder_do_not_either(self):
        for folder, file, source in (("out", "y.npy", "m.onnx"), ("out", "y.npy", "weight.bin"),
                                     ("out", "y.npy", "m.lfm"), ("out", "y.npy", "x.npy"),
                                     ("dump", "00_import.mlir", "m.onnx"), ("dump", "00_import.mlir", "weight.bin")):
            (self.folder / folder).mkdir(exist_ok=True)
            link = self.folder / folder / file
            link.unlink(missing_ok=True)
            link.symlink_to(self.folder / source)
            before = self.contents()
            if folder == "dump":
                self.refuses(1, "overwrite", "compile", "m.onnx", "-o", "new.lfm", "--dump-dir", folder)
            else:
                model = "m.lfm" if source == "m.lfm" else "m.onnx"
                self.refuses(1, "overwrite", "run", model, "--input", "@x.npy", "--output", folder)
            self.assertEqual(self.contents(), before)
        # What an input's data lies in is an input as well.
        tensor = numpy_helper.from_array(np.ones(64, np.float32))
        (self.folder / "raw").write_bytes(tensor.raw_data)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="raw")
        (self.folder / "x.pb").write_bytes(tensor.SerializeToString())
        self.refuses(1, "overwrite", "run", "m.lfm", "--input", "@x.pb", "--save-outputs", "raw")
        self.assertEqual((self.folder / "raw").stat().st_size, 256)

    def test_other_files_are_replaced(self):
        self.tell("compile", "m.onnx", "-o", "m.lfm")
        self.tell("run", "m.lfm", "--input", "@x.npy", "--save-outputs", "y.npz", "--output", "out")
        self.tell("run", "m.lfm", "--input", "@x.npy", "--save-outputs", "y.npz", "--output", "out")
        np.testing.assert_array_equal(np.load(self.folder / "y.npz")["y"], np.arange(64) + 1)

    def test_an_empty_path_is_none(self):
        for arguments in (["compile", "m.onnx", "-o", ""], ["compile", "m.onnx", "--dump-dir", ""],
                          ["run", "m.lfm", "--output", ""], ["run", "m.lfm", "--save-outputs", ""], ["run", ""],
                          ["verify", ""], ["compile", ""]):
            self.refuses(1, "empty", *arguments)

    # -- Permissions and litter -----------------------------------------------

    def test_permissions_are_kept(self):
        def mode(name):
            return (self.folder / name).stat().st_mode & 0o777

        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        self.tell("compile", "m.onnx", "-o", "new.lfm")
        self.assertEqual(mode("new.lfm"), 0o640)
        os.chmod(self.folder / "new.lfm", 0o600)
        self.tell("compile", "m.onnx", "-o", "new.lfm")
        self.assertEqual(mode("new.lfm"), 0o600)

    def test_nothing_is_left_behind_by_a_signal(self):
        before = set(self.contents())
        for end in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            for delay in range(8):
                process = subprocess.Popen([PROGRAM, "compile", "m.onnx", "-o", "m.lfm"], cwd=self.folder,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(delay * 0.02)
                process.send_signal(end)
                process.wait()
        self.tell("compile", "m.onnx", "-o", "m.lfm")
        self.assertEqual(set(self.contents()), before)

    def test_a_file_that_grows_too_large_is_an_error(self):
        before = set(self.contents())
        limited = "ulimit -f 1; exec \"$0\" \"$@\""
        done = subprocess.run(["bash", "-c", limited, PROGRAM, "run", "m.lfm", "--save-outputs", "y.npz"],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.start("run", "m.lfm", "--shape", "x=64", "--save-outputs", "y.npz")
        done = subprocess.run(["bash", "-c", limited, PROGRAM, "compile", "m.onnx", "-o", "large.lfm"],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertIn(done.returncode, (5, 9), done.stderr)
        self.assertEqual(set(self.contents()) - before, {"y.npz"})

    # -- Files that are none --------------------------------------------------

    def test_what_is_not_a_regular_file_is_refused_at_once(self):
        os.mkfifo(self.folder / "pipe")
        (self.folder / "folder").mkdir()
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.folder / "socket"))
            for kind in ("pipe", "folder", "socket", "/dev/zero"):
                for suffix in (".onnx", ".lfm", ".npy", ".npz", ".pb", ".chip"):
                    name = self.folder / f"{kind.strip('/').replace('/', '_')}{suffix}"
                    name.symlink_to(kind)
                    if suffix in (".onnx", ".lfm"):
                        for command in (["run"], ["bench"], ["explain"], ["verify"]):
                            self.refuses(5, "not a regular file", *command, name)
                        self.refuses(5, "not a regular file", "compile", name, "-o", "new.lfm")
                    elif suffix == ".chip":
                        self.refuses(5, "not a regular file", "run", "m.onnx", "--device", f"reef:{name}")
                    else:
                        self.refuses(5, "not a regular file", "run", "m.lfm", "--input", f"x=@{name}")

    def test_external_data_that_is_none_is_refused(self):
        os.remove(self.folder / "weight.bin")
        os.mkfifo(self.folder / "weight.bin")
        for command in (["compile"], ["run"], ["query"]):
            self.refuses(5, "not a regular file", *command, "m.onnx")

    # -- Streams that cannot be written ---------------------------------------

    def shell(self, text):
        return subprocess.run(["bash", "-c", text, PROGRAM], cwd=self.folder, capture_output=True, text=True)

    def test_streams_that_are_closed_full_or_broken(self):
        for command, streams, code in (
                ("run nope.onnx", "2>&-", 5), ("run nope.onnx", "2>/dev/full", 5), ("run nope.onnx", ">&- 2>&-", 5),
                ("run nope.onnx --json", ">&-", 5), ("frobnicate", "2>&-", 1), ("", "2>&-", 1),
                ("run m.lfm", ">&-", 5), ("run m.lfm", ">/dev/full", 5), ("run m.lfm --json", ">/dev/full", 5),
                ("run m.lfm", "2>&-", 0), ("run m.lfm", "<&-", 0), ("devices", ">&-", 5), ("--help", ">&-", 5),
                ("run --help", ">/dev/full", 5), ("--version", ">/dev/full", 5), ("explain m.lfm", ">&- 2>&-", 5),
                ("compile m.onnx -o new.lfm --print-after all", "2>&-", 5),
                ("compile m.onnx -o new.lfm --print-after all", "2>/dev/full", 5),
                ("compile m.onnx -o new.lfm", "2>&- >&-", 5), ("compile m.onnx -o new.lfm", "2>&-", 0)):
            with self.subTest(f"{command} {streams}"):
                done = self.shell(f'"$0" {command} {streams}')
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1 if code and "2>" not in streams else 0, done.stderr)
        # A pipe that nobody reads, filled up.
        done = self.shell('"$0" compile m.onnx -o new.lfm --print-after all 2>&1 >/dev/null | :; exit ${PIPESTATUS[0]}')
        self.assertIn(done.returncode, (0, 5))
        done = self.shell('(sleep 0.3; "$0" devices) | :; exit ${PIPESTATUS[0]}')
        self.assertEqual(done.returncode, 5)

    def test_a_closed_stream_is_not_the_file_that_is_written(self):
        self.shell('"$0" compile m.onnx -o new.lfm >&- 2>&-')
        self.tell("verify", "new.lfm")

    # -- Damage ---------------------------------------------------------------

    def test_verify(self):
        self.assertIn("undamaged", self.tell("verify", "m.lfm"))
        report = json.loads(self.tell("verify", "m.lfm", "--device", "cpu", "--json"))
        self.assertEqual((report["file"], report["weight_bytes"]), ("m.lfm", 256))
        self.refuses(3, "reef", "verify", "m.lfm", "--device", "reef1")
        whole = (self.folder / "m.lfm").read_bytes()
        weights = whole.index(np.arange(64, dtype=np.float32).tobytes())
        code = whole.index(b"\x7fELF")
        for damaged in (weights, weights + 255, code, code + 100, 100, len(whole) - 1):
            content = bytearray(whole)
            content[damaged] ^= 1
            (self.folder / "damaged.lfm").write_bytes(content)
            self.refuses(4, "damaged", "verify", "damaged.lfm")
            self.refuses(4, "damaged", "run", "damaged.lfm")
        (self.folder / "damaged.lfm").write_bytes(whole[:-1])
        self.refuses(4, "truncated", "verify", "damaged.lfm")
        self.refuses(4, "does not begin", "verify", "m.onnx")

    # -- Memory ---------------------------------------------------------------

    def test_a_limit_on_memory_is_named(self):
        done = self.shell('ulimit -v 200000; "$0" compile m.onnx -o new.lfm')
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("ulimit", done.stderr)
        self.assertNotIn("not found", done.stderr)

    def test_a_device_that_takes_no_description(self):
        for command in (["run", "m.lfm"], ["compile", "m.onnx", "-o", "new.lfm"], ["query", "m.onnx"]):
            self.refuses(1, "takes no description", *command, "--device", "cpu:x")


if __name__ == "__main__":
    unittest.main()
