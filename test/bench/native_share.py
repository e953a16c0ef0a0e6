"""What a target runs natively of models with recorded inputs, without running it there.

    native_share.py FOLDER [--device atoll1] [--filter TEXT]    FOLDER/*/model.onnx

Kernels are counted in the package (`explain --no-run`). Multiply-adds are counted in a
run on the CPU with the recorded inputs, by model nodes: those of a launch that shares a
node with a kernel that falls back are counted as not native, which is the least that can
be. What a device refuses for its sizes when it runs is not seen.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import recorded

ROOT = Path(__file__).resolve().parent.parent.parent


def explain(model, *arguments):
    done = subprocess.run([ROOT / "build" / "bin" / "landfall", "explain", model, *arguments, "--json"],
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def nodes_of(labels):
    """The model nodes in labels like "a+b"."""
    return {node for label in labels for node in label.split("+")}


def inputs(row):
    """The options that give a run the first recorded inputs."""
    graph = recorded.onnx.load(row.model(), load_external_data=False).graph
    known = {weight.name for weight in graph.initializer}
    names = [value.name for value in graph.input if value.name not in known]
    paths = [row.sets()[0] / f"input_{k}.pb" for k in range(len(names))]
    return [word for name, path in zip(names, paths) if path.exists() for word in ("--input", f"{name}=@{path}")]


def count(row, device):
    """Kernels, native ones, multiply-adds, those of launches with a node that falls
    back, and why kernels do: {reason: how many}."""
    kernels = explain(row.model(), "--device", device, "--no-run")["kernels"]
    fallen = [kernel for kernel in kernels if kernel["fallback"]]
    nodes = nodes_of(label for kernel in fallen for label in kernel["nodes"])
    launches = explain(row.model(), "--repeat", "1", *inputs(row))["nodes"]
    work = [(nodes_of([launch["nodes"]]), launch.get("multiply_adds") or 0) for launch in launches]
    reasons = {}
    for kernel in fallen:
        reasons[kernel["fallback"]] = reasons.get(kernel["fallback"], 0) + 1
    return (len(kernels), len(kernels) - len(fallen), sum(products for _, products in work),
            sum(products for names, products in work if names & nodes), reasons)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--device", default="atoll1")
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    totals, reasons = [0, 0, 0, 0], {}
    print(f"{'model':24} {'kernels':>7} {'native':>7} {'multiply-adds':>14} {'native at least':>15}")
    for row in recorded.recorded_rows(options.folder):
        if options.filter not in row.name:
            continue
        try:
            *numbers, why = count(row, options.device)
        except RuntimeError as error:
            print(f"{row.name:24} {error}", flush=True)
            continue
        totals = [total + number for total, number in zip(totals, numbers)]
        for reason, kernels in why.items():
            reasons[reason] = reasons.get(reason, 0) + kernels
        show(row.name, *numbers)
    show("all", *totals)
    for reason, kernels in sorted(reasons.items(), key=lambda item: -item[1]):
        print(f"{kernels:4} kernels fall back because {reason}")


def show(name, kernels, native, products, fallen):
    share = f"{1 - fallen / products:15.2%}" if products else f"{'-':>15}"
    print(f"{name:24} {kernels:7} {native:7} {products:14.0f} {share}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
