"""Whether the suite holds its lists of exclusions to what happens."""

import unittest

import exclusion_list

LIST = exclusion_list.parse("""# a comment
node/test_random*        never    the values are random
node/test_slice@symbolic not-yet  rank known at run time
""", "shared")


def complaints(outcomes, whole=False):
    return list(exclusion_list.complaints(outcomes, LIST, whole))


class Exclusions(unittest.TestCase):
    def test_known_failures_are_excused(self):
        self.assertEqual(complaints({"node/test_random_1": "differs", "node/test_slice": None,
                                     "node/test_slice@symbolic": "a rank"}, whole=True), [])

    def test_what_is_not_listed_must_pass(self):
        for entry in ["node/test_slice", "node/test_slices@symbolic", "node/test_random_1@symbolic"]:
            self.assertIn(f"FAILED {entry}", complaints({entry: "differs"})[0])

    def test_what_is_listed_must_fail(self):
        found = complaints({"node/test_random_1": "differs", "node/test_random_2": None})
        self.assertEqual(len(found), 1)
        self.assertIn("PASSES node/test_random_2", found[0])
        self.assertIn("shared.txt:2", found[0])

    def test_crashes_are_never_excused(self):
        for failure in ["CRASH (exit status -11)", "HANG"]:
            self.assertEqual(len(complaints({"node/test_random_1": failure})), 1)

    def test_a_pattern_that_matches_nothing_is_an_error_in_a_whole_run(self):
        outcomes = {"node/test_random_1": "differs"}
        self.assertEqual(complaints(outcomes), [])
        self.assertIn("NO CASE matches exclusions/shared.txt:3", complaints(outcomes, whole=True)[0])

    def test_lines_have_a_verdict_and_a_reason(self):
        for line in ["node/test_a", "node/test_a never", "node/test_a  perhaps  a reason"]:
            with self.assertRaises(SystemExit):
                exclusion_list.parse(line, "shared")

    def test_the_lists_themselves_can_be_read(self):
        for target in exclusion_list.targets():
            self.assertTrue(exclusion_list.read(target))


if __name__ == "__main__":
    unittest.main()
