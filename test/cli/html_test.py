"""Pages that `explain --html` and `bench --html` write, seen by a browser.

    html_test.py build/bin/landfall

What a browser shows needs chromium (apt install chromium); without it, those tests say so.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

import onnx
import onnx.parser

from command_line import LONG, CommandLine
from short_chip import save_short_chip

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Elements(HTMLParser):
    """{id of a section: [(tag, attributes)]} of a document, and its text."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.current, self.text = {}, None, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "section":
            self.current = self.sections.setdefault(attributes["id"], [])
        elif self.current is not None:
            self.current.append((tag, attributes))

    def handle_data(self, data):
        self.text += data

    def count(self, section, tag):
        return len([found for found, _ in self.sections[section] if found == tag])


class Html(CommandLine):
    def page(self, *arguments):
        path = Path(self.path(f"{self.id()}.html"))
        self.tell(*arguments, "--html", str(path))
        return path

    @staticmethod
    def report(path):
        """What the page was made from."""
        return json.loads(re.search(r'<script id="report" type="application/json">(.*?)</script>', path.read_text(), re.S)[1])

    def show(self, path):
        """The document after its script has run; fails if that threw."""
        if not BROWSER:
            self.skipTest("there is no browser; apt install chromium")
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
                 f"--user-data-dir={profile}", "--dump-dom", path.as_uri()],
                text=True, capture_output=True, timeout=120, env={**os.environ, "HOME": profile}, check=True)
        self.assertNotIn("Uncaught", done.stderr)
        return Elements(done.stdout)

    def test_a_page_stands_alone(self):
        path = self.page("explain", self.model)
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")  # The name of a language, not fetched.
        self.assertNotRegex(text, r"https?://|src=|<link|@import|url\(")
        report = self.report(path)
        self.assertEqual(len(report["kernels"]), len(self.ask("explain", self.model)["kernels"]))
        code = "".join(report["instructions"].values())
        self.assertRegex(code, r"(?m)^\s+v?mov|ret")
        self.assertLessEqual({int(number) for number in report["instructions"]},
                             {kernel["number"] for kernel in report["kernels"]})

    def test_what_it_may_not_overwrite(self):
        self.refuses(1, "small.onnx", "explain", self.model, "--html", self.model)
        self.refuses(5, "absent", "explain", self.model, "--html", "absent/report.html")

    def test_names_are_text(self):
        model = onnx.load(self.model)
        for node in model.graph.node:
            node.name = f"</script><script>document.title='broken'</script>{node.name}"
        onnx.save(model, self.path("hostile.onnx"))
        path = self.page("explain", "hostile.onnx")
        self.assertEqual(path.read_text().count("</script>"), 2)
        shown = self.show(path)
        self.assertIn("hostile.onnx: landfall explain", shown.text)
        self.assertIn("document.title='broken'", shown.text)

    def test_explain(self):
        path = self.page("explain", self.model, "--dim", "N=50")
        shown, report = self.show(path), self.report(path)
        counted = [kernel for kernel in report["kernels"] if kernel["multiply_adds"] > 0]
        self.assertGreater(len(counted), 0)
        self.assertEqual(shown.count("roofline", "circle"), len(counted))
        self.assertGreater(shown.count("roofline", "line"), len(report["machine"]["bandwidth"]))
        self.assertEqual(shown.count("layers", "rect"), len(report["nodes"]))
        self.assertEqual(shown.count("kernels", "tr"), 1 + len(report["kernels"]))
        # multiply+add+relu in one kernel, total in another: each node has a row that leads to its kernel.
        rows = [attributes for tag, attributes in shown.sections["nodes"] if tag == "tr" and "data-kernels" in attributes]
        self.assertEqual(len(rows), 4)
        self.assertEqual({row["data-kernels"] for row in rows}, {str(kernel["number"]) for kernel in report["kernels"]})
        # The slowest is chosen: its rows and dots are marked, its code is shown.
        slowest = str(report["kernels"][0]["number"])
        for section in ("kernels", "nodes", "layers"):
            marked = {attributes["data-kernels"] for _, attributes in shown.sections[section]
                      if "chosen" in attributes.get("class", "")}
            self.assertEqual(marked, {slowest}, section)
        self.assertIn(f"Instructions of kernel {slowest}", shown.text)
        self.assertIn(report["instructions"][slowest].split("\n")[0].strip(), shown.text)

    def test_devices_that_count_and_packages(self):
        shown = self.show(self.page("explain", self.model, "--device", "reef1"))
        self.assertNotIn("roofline", shown.sections)
        self.assertEqual(shown.count("nodes", "tr"), 5)
        shown = self.show(self.page("explain", self.package, "--no-run"))
        self.assertNotIn("layers", shown.sections)
        self.assertIn("The instructions are not known", shown.text)

    def test_fallbacks(self):
        onnx.save(onnx.parser.parse_model(LONG), self.path("long.onnx"))
        device = save_short_chip(self.path("short.chip"))
        reason = "would take a core more than"
        path = self.page("explain", "long.onnx", "--device", device, "--dim", "n=1000000", "--repeat", "1")
        self.assertEqual(len(self.report(path)["placement"]["reasons"]), 1)
        shown = self.show(path)
        self.assertEqual(shown.count("fallbacks", "tr"), 2)
        self.assertIn(reason, shown.text)
        shown = self.show(self.page("bench", "long.onnx", "--device", device, "--shapes", "x=10,w=3;x=1000000,w=3", "--repeat", "1"))
        self.assertNotIn("fallbacks-0", shown.sections)
        self.assertEqual(shown.count("fallbacks-1", "tr"), 2)
        self.assertNotIn("fallbacks", self.show(self.page("explain", self.model)).sections)

    def test_bench(self):
        path = self.page("bench", self.model, "--shapes", "x=10x3;x=2000x3;x=7x3", "--repeat", "3")
        shown, report = self.show(path), self.report(path)
        self.assertEqual([point["inputs"][0]["shape"] for point in report["points"]], [[10, 3], [2000, 3], [7, 3]])
        self.assertEqual(shown.count("efficiency", "rect"), 3)
        self.assertEqual(shown.count("roofline", "circle"), 3)
        self.assertEqual(shown.count("points", "tr"), 4)
        self.assertIn("x 2000x3", shown.text)
        self.assertTrue(all(0 < point["of_roofline"] < 10 for point in report["points"]))
        self.assertEqual(self.show(self.page("bench", self.model, "--device", "reef2", "--repeat", "1")).count("efficiency", "rect"), 1)


if __name__ == "__main__":
    unittest.main()
