"""The judge of node_suite.py: a run that did not happen is no success."""

import subprocess
import sys
import unittest
from pathlib import Path

import node_suite

CASE = '["node/test_abs", "whole", null]\n'


class NodeSuite(unittest.TestCase):
    def test_a_part_that_ends_early_fails(self):
        whole = node_suite.collect(3, CASE + '["end", 1, null]\n', 0, "")
        self.assertEqual(whole, {"node/test_abs": ("whole", None)})
        for output, status, errors, reason in ((CASE, 1, "Traceback\nValueError: x\n", "ValueError: x"),
                                               (CASE, -11, "", "signal 11"), ("", 2, "", "exit status 2"),
                                               (CASE + '["end", 2, null]\n', 0, "", "exit status 0")):
            failed = [found for found in node_suite.collect(3, output, status, errors).items() if found[1][0] == "FAILS"]
            self.assertEqual([reason], [found[1][1] for found in failed], (output, status))
            self.assertIn("part 3", failed[0][0])

    def test_no_case_is_a_failure(self):
        script = Path(node_suite.__file__)
        done = subprocess.run([sys.executable, script, "--slice", "0/1", "--filter", "no such case"], text=True,
                              capture_output=True)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("no case has 'no such case' in its name", done.stdout)


if __name__ == "__main__":
    unittest.main()
