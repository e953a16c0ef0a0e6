"""What `doctor` finds in installations that work, lack parts or have broken ones.

    doctor_test.py build/bin/landfall
"""

import json
import os
import shutil
import sys
import unittest
from pathlib import Path

import command_line
from command_line import CommandLine

BUILD = Path(command_line.PROGRAM).parent.parent


class Doctor(CommandLine):
    def setUp(self):
        self.program = command_line.PROGRAM
        self.addCleanup(setattr, command_line, "PROGRAM", self.program)
        self.set("LANDFALL_CACHE", self.path("cache", self.id()))

    def set(self, name, value):
        before = os.environ.get(name)
        os.environ[name] = value
        self.addCleanup(lambda: os.environ.pop(name) if before is None else os.environ.update({name: before}))

    def move(self, *libraries):
        """The program with these libraries alone, in a folder of its own."""
        root = Path(self.path("moved", self.id()))
        for folder in ("bin", "lib"):
            (root / folder).mkdir(parents=True)
        shutil.copy(self.program, root / "bin/landfall")
        for name in ("landfall", *libraries):
            (root / f"lib/lib{name}.so.0").symlink_to(BUILD / f"lib/lib{name}.so.0")
        # The program's own search path is the build's.
        real = root / "lib/liblandfall.so.0"
        target = real.resolve()
        real.unlink()
        shutil.copy(target, real)
        self.set("LD_LIBRARY_PATH", str(root / "lib"))
        command_line.PROGRAM = str(root / "bin/landfall")
        return root

    def examine(self, code=0, *options):
        """({subject: finding}, report)."""
        done = self.start("doctor", "--json", *options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["error"] is None, code == 0)
        return {finding["subject"]: finding for finding in report["findings"]}, report

    def test_all_is_well(self):
        findings, report = self.examine(0, "--python", sys.executable)
        self.assertEqual({finding["state"] for finding in findings.values()}, {"ok"}, findings)
        self.assertEqual(report["build"]["version"], findings["runtime"]["version"])
        self.assertEqual(findings["runtime"]["path"], str((BUILD / "lib/liblandfall.so.0").resolve()))
        devices = {name.split()[1] for name in findings if name.startswith("device ")}
        self.assertEqual(devices, {row["name"] for row in self.ask("devices")})
        self.assertTrue(all(finding["kernel_runs"] for name, finding in findings.items() if name.startswith("device ")))
        self.assertIn(findings["compiler"]["variant"], "".join(findings["device cpu"]["details"]))
        text = self.tell("doctor", "--python", sys.executable)
        for words in ("compiles for", "equals the interpreter's", "variants of code that run here", "numpy"):
            self.assertIn(words, text)

    def test_without_optional_parts(self):
        self.move()
        findings, _ = self.examine()
        missing = {name for name, finding in findings.items() if finding["state"] == "missing"}
        self.assertEqual(missing - {"python"}, {"compiler", "images"})  # The system's Python may have another Landfall.
        self.assertFalse(findings["device cpu"]["kernel_runs"])
        self.assertIn("is not installed", findings["compiler"]["text"])

    def test_a_compiler_that_is_none(self):
        root = self.move("landfall_images")
        (root / "lib/liblandfall_compiler.so.0").write_text("text")
        findings, report = self.examine(3)
        self.assertEqual(findings["compiler"]["state"], "failed")
        self.assertIn("cannot be loaded", findings["compiler"]["text"])
        self.assertIn("compiler", report["error"]["message"])
        self.refuses(3, "does not work: compiler", "doctor")

    def test_an_image_library_that_is_none(self):
        root = self.move("landfall_compiler")
        (root / "lib/liblandfall_images.so.0").write_text("text")
        findings, _ = self.examine(3)
        self.assertEqual(findings["images"]["state"], "failed")
        self.assertEqual(findings["device cpu"]["state"], "ok")

    def test_a_cache_that_others_may_write_to(self):
        folder = Path(os.environ["LANDFALL_CACHE"])
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        findings, _ = self.examine(5)
        self.assertIn("chmod go-w", findings["cache"]["text"])
        folder.chmod(0o700)
        self.assertEqual(self.examine()[0]["cache"]["objects"], 0)
        self.tell("compile", self.model, "-o", "kept.lfm")
        self.assertGreater(self.examine()[0]["cache"]["objects"], 0)

    def test_a_python_that_does_not_import_it(self):
        python = Path(self.path("python"))
        python.write_text(f"#!/bin/sh\nexec {sys.executable} -S \"$@\"\n")
        python.chmod(0o755)
        (Path(self.folder) / "numpy.py").touch()
        self.assertEqual(self.examine(0, "--python", str(python))[0]["python"]["numpy"], None)
        python.write_text('#!/bin/sh\necho \'{"python": "3.9", "landfall": "0.0.1"}\'\n')
        findings, _ = self.examine(3, "--python", str(python))
        self.assertIn("it has landfall 0.0.1", findings["python"]["text"])
        findings, _ = self.examine(0, "--python", "no-such-python")
        self.assertEqual(findings["python"]["state"], "missing")


if __name__ == "__main__":
    unittest.main()
