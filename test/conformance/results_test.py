"""Whether results of conformance cases are kept, and read as what they are."""

import tempfile
import unittest
from pathlib import Path

import results
from results import Results

PASSES = {"failure": None, "symbolic": None, "ms": 1.0}


class Kept(unittest.TestCase):
    def setUp(self):
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "kept"

    def kept(self, *options):
        found = Results(self.path, options)
        self.addCleanup(found.close)
        return found

    def test_a_broken_off_run_goes_on_where_it_was(self):
        self.kept("cpu").add("node/a", PASSES)
        with self.path.open("a") as file:
            file.write('["node/b", {"fail')
        again = self.kept("cpu")
        self.assertEqual(again, {"node/a": PASSES})
        again.add("node/c", {"failure": "differs"})
        self.assertEqual(self.kept("cpu"), {"node/a": PASSES, "node/c": {"failure": "differs"}})

    def test_results_of_other_options_are_refused(self):
        self.kept("cpu", "--hosts", "aarch64-neon")
        with self.assertRaisesRegex(SystemExit, "other options: cpu --hosts aarch64-neon"):
            self.kept("cpu")

    def test_without_a_file_nothing_is_kept(self):
        found = Results()
        found.add("node/a", PASSES)
        self.assertEqual(found, {"node/a": PASSES})


class Outcomes(unittest.TestCase):
    ANSWERS = {"a": {"hosts": {"arm": PASSES, "riscv": {"failure": "differs"}}}, "b": {"left_out": "texts"},
               "c": {"failure": "HANG"}}

    def test_of_one_host(self):
        self.assertEqual(results.outcomes_of(self.ANSWERS, "arm"), {"a": None, "a@symbolic": None, "c": "HANG"})
        self.assertEqual(results.outcomes_of(self.ANSWERS, "riscv"), {"a": "differs", "c": "HANG"})

    def test_what_was_left_out_is_said(self):
        self.assertEqual(results.left_out(self.ANSWERS), "; 1 left out for texts")
        self.assertEqual(results.left_out({"c": PASSES}), "")


if __name__ == "__main__":
    unittest.main()
