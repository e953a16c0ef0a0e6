"""What came of conformance cases, and keeping it.

An answer is what worker.py says of a case: {"failure", "symbolic"}, {"hosts": {variant: such
an answer}} or {"left_out": why}.
"""

import json
import sys
from collections import Counter

import exclusion_list


class Results(dict):
    """{case: answer}. With a path, each is written to that file as it comes, a line
    each, and those that it has are there from the start; `options` say what was run,
    and SystemExit is raised if the file's were others."""

    def __init__(self, path=None, options=()):
        super().__init__()
        self.file = open(path, "a+") if path else None
        if not self.file:
            return
        self.file.seek(0)
        text = self.file.read()
        whole = text[:text.rfind("\n") + 1]  # A run that was killed leaves half a line.
        self.file.truncate(len(whole.encode()))
        first, *lines = map(json.loads, whole.splitlines() or [json.dumps(list(options))])
        if first != list(options):
            self.close()
            raise SystemExit(f"error: {path} has results of a run with other options: {' '.join(first)}")
        if not whole:
            self.write(first)
        self.update(lines)

    def add(self, name, answer):
        self[name] = answer
        if sys.stderr.isatty() and len(self) % 20 == 0:
            print(f"\r{len(self)}", end="", file=sys.stderr, flush=True)
        if self.file:
            self.write([name, answer])

    def write(self, value):
        print(json.dumps(value), file=self.file, flush=True)

    def close(self):
        if self.file:
            self.file.close()


def outcomes_of(results, host=None):
    """{entry: why it failed, or None} of what ran, symbolic runs as entries of
    their own; on one of several hosts."""
    found = {}
    for name, answer in sorted(results.items()):
        if "left_out" in answer:
            continue
        answer = answer["hosts"][host] if "hosts" in answer else answer
        found[name] = answer["failure"]
        if "symbolic" in answer:
            found[name + exclusion_list.SYMBOLIC] = answer["symbolic"]
    return found


def left_out(results):
    """How many cases did not run, for each reason; or nothing."""
    reasons = Counter(answer["left_out"] for answer in results.values() if "left_out" in answer)
    return "".join(f"; {count} left out for {reason}" for reason, count in sorted(reasons.items()))
