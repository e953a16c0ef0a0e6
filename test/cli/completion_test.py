"""Shell completion against --help; the line of progress on a terminal.

    completion_test.py build/bin/landfall
"""

import os
import pty
import re
import shutil
import subprocess
import unittest

from command_line import PROGRAM, CommandLine

COMMANDS = ["run", "compile", "bench", "explain", "query", "verify", "cache", "devices", "doctor", "completion"]


class Completion(CommandLine):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = """source "$0"
COMP_WORDS=(landfall "$@"); COMP_CWORD=$#; _landfall; printf '%s\\n' "${COMPREPLY[@]}" """
        with open(self.path("landfall.bash"), "w") as file:
            file.write(self.tell("completion", "bash"))
        done = subprocess.run(["bash", "--norc", "-c", script, self.path("landfall.bash"), *words], check=True,
                              capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands(self):
        self.assertEqual(sorted(self.complete("")), sorted([*COMMANDS, "quantize"]))
        self.assertEqual(self.complete("ver"), ["verify"])
        self.assertEqual(sorted(self.complete("--")), ["--help", "--version"])

    def test_every_option_of_the_help(self):
        for command in COMMANDS:
            declared = set(re.findall(r"^ +(?:-\w,)?(--[\w-]+)", self.tell(command, "--help"), re.M))
            self.assertGreater(len(declared), 0)
            self.assertLessEqual(declared, set(self.complete(command, "--")), command)
            for shell, form in (("zsh", "'*{}["), ("fish", " -l {} ")):
                script = self.tell("completion", shell)
                for name in declared:
                    self.assertIn(form.format(name if shell == "zsh" else name[2:]), script)

    def test_operands(self):
        devices = [row["name"] for row in self.ask("devices")]
        for command in ("run", "compile", "verify"):
            self.assertEqual(self.complete(command, "--device", ""), devices)
        self.assertEqual(self.complete("run", "--device", "nu"), ["null"])
        self.assertEqual(self.complete("bench", "--against", ""), ["onnxruntime"])
        self.assertEqual(sorted(self.complete("completion", "")), ["bash", "fish", "zsh"])
        self.assertEqual(self.complete("run", "small.o"), ["small.onnx"])
        self.assertEqual(self.complete("run", "small.onnx", "--input", ""), [])
        os.makedirs(self.path("small.folder"))
        self.assertEqual(self.complete("run", "small.onnx", "--output", "small."), ["small.folder"])

    def test_other_shells_read_theirs(self):
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=self.tell("completion", shell), text=True, check=True)
        self.refuses(1, "shell", "completion", "tcsh")

    def test_progress_is_for_terminals(self):
        self.assertIn("median", self.tell("bench", self.model, "--repeat", "3"))
        for arguments, words in ((["bench", self.model, "--repeat", "3", "--shapes", "x=1x3;x=2x3"],
                                  "shape 2 of 2: 3 runs"), (["compile", self.model], "compiling")):
            ours, theirs = pty.openpty()
            subprocess.run([PROGRAM, *arguments], stderr=theirs, stdout=subprocess.DEVNULL, check=True, cwd=self.folder)
            os.close(theirs)
            shown = b""
            try:
                while block := os.read(ours, 65536):
                    shown += block
            except OSError:  # The end.
                pass
            os.close(ours)
            self.assertIn(words, shown.decode())
            self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-80:])


if __name__ == "__main__":
    unittest.main()
