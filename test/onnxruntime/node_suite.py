"""ONNX's node tests through onnxruntime with Landfall's provider.

    node_suite.py [--slice K/N] [--filter TEXT] [--device cpu] [--json FILE]

Whatever onnxruntime passes alone must pass with the provider, and with fallback
forbidden: Landfall claims the whole graph. Only where an output of the model is no tensor,
which a provider cannot give, may nodes stay with onnxruntime. `--slice` takes the cases whose name hashes to K modulo N. Without it, the cases run
in processes of their own, so that a crash is one case's.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import onnxruntime
import runtime
import suite
import tolerance

PARTS = 16  # Processes of a whole run.
END = "end"  # In the place of a case's name: all cases of a part were run.


def part_of(name, parts):
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % parts


def difference(made, case):
    """Why a session's results are not the expected ones, or None."""
    for inputs, expected in case.data_sets:
        for want, have in zip(expected, runtime.run(made, inputs, expected)):
            if reason := tolerance.differs(want, have):
                return reason
    return None


def attempt(case, device, fallback):
    try:
        made = runtime.session(case.model, device, fallback=fallback, log=4)
        return difference(made, case)
    except Exception as failure:
        return str(failure).split("\n")[0]


def outcome(case, device):
    """(kind, reason): "both fail", "Landfall alone", "whole", "partly" or "FAILS"."""
    alone = attempt(case, None, True)
    whole = attempt(case, device, False)
    if alone is not None:
        return ("Landfall alone", alone) if whole is None else ("both fail", f"{alone}; {whole}")
    if whole is None:
        return "whole", None
    if reason := attempt(case, device, True):
        return "FAILS", reason
    if any(not value.type.HasField("tensor_type") for value in case.model.graph.output):
        return "partly", whole
    return "FAILS", whole


def run_part(k, parts, text, device):
    results = {}
    onnxruntime.set_default_logger_severity(4)
    for case in suite.node_cases():
        if part_of(case.name, parts) == k and text in case.name:
            results[case.name] = outcome(case, device)
            print(json.dumps([case.name, *results[case.name]]), flush=True)
    print(json.dumps([END, len(results), None]), flush=True)
    return results


def collect(part, output, status, errors):
    """The results that a part's process has printed; one more, which fails, if it did not come to its end."""
    rows = [json.loads(line) for line in output.splitlines() if line.startswith('["')]
    results = {name: (kind, reason) for name, kind, reason in rows if name != END}
    if [END, len(results), None] not in rows:
        last = errors.strip().splitlines()[-1:] or [f"exit status {status}"]
        where = f"part {part}, in the case after {rows[-1][0] if rows else 'the start'}"
        results[where] = "FAILS", f"signal {-status}" if status < 0 else last[0]
    return results


def run_all(text, device):
    """Every part in a process of its own; a case that ends one is named by what is missing."""
    results = {}
    for k in range(PARTS):
        command = [sys.executable, __file__, "--slice", f"{k}/{PARTS}", "--filter", text, "--device", device]
        process = subprocess.run(command, capture_output=True, text=True)
        results |= collect(k, process.stdout, process.returncode, process.stderr)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--slice", help="K/N")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", help="write all results here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.slice:
        k, parts = map(int, options.slice.split("/"))
        results = run_part(k, parts, options.filter, options.device)
    else:
        results = run_all(options.filter, options.device)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1, sort_keys=True))
    failures = [f"{name}: {reason}" for name, (kind, reason) in sorted(results.items()) if kind == "FAILS"]
    if not results:
        failures = [f"no case has '{options.filter}' in its name"]
    print(*failures, sep="\n", end="\n" if failures else "")
    print(", ".join(f"{count} {kind}" for kind, count in Counter(kind for kind, _ in results.values()).most_common()))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
