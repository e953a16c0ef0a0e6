"""Tests `./dev bench`: every generator at a tiny size, whatever the times are.

    bench_test.py

Each architecture, and the first operators of each family, must agree with ONNX
Runtime; results must be written, compared and shown; a row that fails must cost
itself alone.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import agreement  # noqa: E402
import architectures  # noqa: E402
import compare  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
import row_worker  # noqa: E402
import table  # noqa: E402
import tiny_run  # noqa: E402
import work  # noqa: E402

MACHINE = {"cpu": "some", "gflops": 100.0, "bandwidth": [[1 << 10, 400.0], [1 << 20, 50.0]]}


def point(row, label, ours, rival, macs=1000, moved=64):
    times = {name: {"least_ms": ms, "median_ms": ms, "rounds_ms": [ms]}
             for name, ms in (("landfall", ours), ("onnxruntime", rival)) if ms}
    return {"row": row, "kind": "operator", "family": "some", "label": label, "number": 0, "macs": macs,
            "bytes": moved, "times": times, "load_s": {}, "problems": {}}


def result(*rows):
    return {"version": 1, "date": "2026-01-01", "threads": 1, "rounds": 1, "clock": "elapsed", "machine": MACHINE,
            "rows": list(rows), "systems": {"landfall": "1", "onnxruntime": "1", "openvino": None}, "failures": []}


class Rows(unittest.TestCase):
    def test_names_are_unique(self):
        names = [row.name for row in table.all_rows()]
        self.assertEqual(len(names), len(set(names)))

    def test_labels_of_a_row_are_unique(self):
        for row in table.all_rows():
            self.assertEqual(len(row.labels()), len(set(row.labels())), row.name)

    def test_weights_and_inputs_are_the_same_in_every_run(self):
        row = architectures.all_rows(tiny=True)[0]
        self.assertEqual(row.model(), row.model())
        self.assertEqual(row.feeds(0)["image"].tobytes(), row.feeds(0)["image"].tobytes())

    def test_tiny_ones_agree_with_onnx_runtime(self):
        for row in table.all_rows(tiny=True):
            with self.subTest(row.name):
                found = tiny_run.first_point(row)
                self.assertEqual(found["problems"], {})
                self.assertIsNone(found.get("wrong"))
                self.assertEqual(set(found["times"]), {"landfall", "onnxruntime"})


class Report(unittest.TestCase):
    def test_the_ratio_is_of_the_best_rival(self):
        row = point("a", "n=1", 2.0, 3.0)
        row["times"]["openvino"] = {"least_ms": 1.0}
        self.assertEqual(report.ratio(row), 0.5)
        self.assertIsNone(report.ratio(point("a", "n=1", 2.0, None)))

    def test_what_computes_float64_in_float32_is_marked(self):
        exact = [np.array([1.0, 1 / 3])]
        rounded = [exact[0].astype(np.float32).astype(np.float64)]
        found = row_worker.narrower({"onnxruntime": exact, "landfall": exact, "openvino": rounded})
        self.assertEqual(found, ["openvino"])
        self.assertEqual(row_worker.narrower({"onnxruntime": [exact[0].astype(np.float32)], "openvino": rounded}), [])
        row = point("a", "n=1", 2.0, 3.0)
        row["times"]["openvino"], row["narrower"] = {"least_ms": 1.0}, found
        self.assertEqual(report.ratio(row), 0.5)
        self.assertIn("| 1 (f32) | 0.50 |", report.family_table([row], MACHINE, ["openvino"]))

    def test_the_roofline_is_the_slower_of_work_and_bytes(self):
        self.assertAlmostEqual(work.roofline_ms(10**9, 0, MACHINE), 20.0)
        self.assertAlmostEqual(work.roofline_ms(0, 500, MACHINE), 500 / 400e6)
        self.assertAlmostEqual(work.roofline_ms(0, 10**8, MACHINE), 2.0)

    def test_lost_rows_stand_with_their_reason(self):
        rows = [point("Conv 3x3", "n=1", 2.0, 1.0), point("Conv 1x1", "n=1", 1.0, 2.0)]
        text = report.lost_table(rows, {"Conv": "general", "Conv 3x3": "special"})
        self.assertIn("| Conv 3x3 | 1 of 1 | 0.50 | onnxruntime | special |", text)
        self.assertNotIn("Conv 1x1", text)

    def test_quantised_results_are_judged_by_the_float_model(self):
        truth = [np.eye(3, dtype=np.float32)]
        near, far = [truth[0] + np.float32(0.02)], [truth[0] + np.float32(0.1)]
        found = agreement.judged(truth, near, far)
        self.assertNotIn("wrong", found)
        self.assertAlmostEqual(found["agreement"]["landfall"]["error"], (9 * 0.02 ** 2 / 3) ** 0.5, places=6)
        self.assertEqual(found["agreement"]["landfall"]["top1"], 1)
        self.assertIn("wrong", agreement.judged(truth, far, near))
        self.assertIn("wrong", agreement.judged(truth, [np.eye(4, dtype=np.float32)], near))

    def test_a_page_has_a_line_for_each_system(self):
        page = plots.page(result(point("a", "n=1", 2.0, 3.0), point("a", "n=7", 2.0, 3.0)))
        self.assertEqual(page.count("<svg"), 1)
        self.assertEqual(page.count("<polyline"), 2)

    def test_changes_are_seen_against_those_of_rivals(self):
        old = result(point("a", "n=1", 2.0, 1.0), point("b", "n=1", 2.0, 1.0))
        new = result(point("a", "n=1", 4.0, 2.0), point("b", "n=1", 4.0, 1.0), point("c", "n=1", 1.0, 1.0))
        lines = compare.text(old, new).splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[1].startswith("  2.00  ours 2 -> 4 ms"), lines)


class Command(unittest.TestCase):
    def bench(self, *words):
        return subprocess.run([sys.executable, HERE / "bench.py", *map(str, words)], capture_output=True, text=True)

    def test_results_are_written_and_compared(self):
        with tempfile.TemporaryDirectory() as folder:
            words = ["--tiny", "--only", "LSTM one-way", "--systems", "landfall,onnxruntime", "--rounds", 1,
                     "--burst", 0.001, "--out", folder]
            done = self.bench(*words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            found = json.loads((Path(folder) / "results.json").read_text())
            self.assertEqual([row["row"] for row in found["rows"]], ["LSTM one-way"])
            self.assertGreater(found["machine"]["gflops"], 0)
            self.assertIn("LSTM one-way", (Path(folder) / "tables.md").read_text())
            self.assertIn("<svg", (Path(folder) / "page.html").read_text())
            stored = Path(folder) / "results.json"
            again = self.bench("--compare", stored, "--with", stored)
            self.assertIn("1 points of both", again.stdout)

    def test_a_row_that_fails_costs_itself_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("broken", "whole"):
                (Path(folder) / name / "test_data_set_0").mkdir(parents=True)
            row = architectures.all_rows(tiny=True)[-1]
            (Path(folder) / "broken" / "model.onnx").write_bytes(b"no model")
            tiny_run.record(row, Path(folder) / "whole")
            done = self.bench("--recorded", folder, "--only", "recorded", "--systems", "landfall,onnxruntime",
                              "--rounds", 1, "--burst", 0.001, "--out", Path(folder) / "out")
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            found = json.loads((Path(folder) / "out" / "results.json").read_text())
            self.assertEqual([row["row"] for row in found["rows"]], ["whole"])
            self.assertEqual([failure["row"] for failure in found["failures"]], ["broken"])

    def test_an_unknown_system_or_row_is_an_error(self):
        self.assertIn("no system is called", self.bench("--systems", "abacus").stderr)
        self.assertIn("says nothing of several", self.bench("--clock", "processor", "--threads", 2).stderr)
        self.assertIn("no result of this version", self.bench("--page", HERE / "reasons.json").stderr)
        self.assertIn("no row contains", self.bench("--only", "nothing like it").stderr)


if __name__ == "__main__":
    unittest.main()
