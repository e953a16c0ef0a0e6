"""What a device runs natively of models with recorded inputs: a run of each is simulated.

    native_share.py FOLDER [--device atoll1] [--filter TEXT]    FOLDER/*/model.onnx

Kernels that fall back, also those that the device refuses at these sizes, and what share
of the multiply-adds they have. Seconds are of processor time.
"""

import argparse
import json
import sys
from collections import Counter

import onnx
import recorded
from program import landfall


def inputs(row):
    """The options that give a run the first recorded inputs."""
    graph = onnx.load(row.model(), load_external_data=False).graph
    known = {weight.name for weight in graph.initializer}
    names = [value.name for value in graph.input if value.name not in known]
    paths = [row.sets()[0] / f"input_{k}.pb" for k in range(len(names))]
    return [word for name, path in zip(names, paths) if path.exists() for word in ("--input", f"{name}=@{path}")]


def explain(row, device):
    """The report, and the processor time that it took."""
    report, seconds = landfall("explain", row.model(), "--device", device, "--repeat", "1", "--json", *inputs(row))
    return json.loads(report), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--device", default="atoll1")
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    totals, reasons = Counter(), Counter()
    print(f"{'model':24} {'kernels':>7} {'native':>7} {'multiply-adds':>14} {'native':>8} {'simulated':>9}")
    for row in recorded.recorded_rows(options.folder):
        if options.filter not in row.name:
            continue
        try:
            report, seconds = explain(row, options.device)
        except RuntimeError as error:
            print(f"{row.name:24} {error}", flush=True)
            continue
        native, fallen = report["placement"]["native"], report["placement"]["fallback"]
        products = sum(kernel.get("multiply_adds") or 0 for kernel in report["kernels"])
        counts = Counter(kernels=native["kernels"] + fallen["kernels"], native=native["kernels"], products=products,
                         fallen=products * fallen["multiply_add_share"], seconds=seconds)
        totals += counts
        reasons.update(reason["reason"] for reason in report["placement"]["reasons"]
                       for _ in range(reason["kernels"]))
        show(row.name, counts)
    show("all", totals)
    for reason, kernels in reasons.most_common():
        print(f"{kernels:4} kernels fall back because {reason}")


def show(name, counts):
    share = 1 - counts["fallen"] / counts["products"] if counts["products"] else 1
    print(f"{name:24} {counts['kernels']:7} {counts['native']:7} {counts['products']:14.0f} {share:8.2%} "
          f"{counts['seconds']:9.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
