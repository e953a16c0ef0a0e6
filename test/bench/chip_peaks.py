"""What simulated chips deliver of their peaks, in cycles.

    chip_peaks.py [--devices reef1,reef2,reef3] [--filter TEXT]

Square products of 1024 in f32, halves and bytes, these with zero points too, and
ONNX's ResNet-50 at 224x224: cycles of a run, multiply-adds of the peak while
contractions run, and of the whole run. Cycles are the same on every machine and
in every run, so two builds can be compared. Ends with 1 if the whole run
of one falls below what has been promised for it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parent.parent.parent
SIZE = 1024
RESNET = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_resnet50.onnx"
# Of the peak, over the whole run.
PROMISED = {"f32 product": {"reef1": 0.5, "reef2": 0.5, "reef3": 0.5},
            "i8 product": {"reef1": 0.5, "reef2": 0.5, "reef3": 0.5},
            "resnet50": {"reef1": 0.3, "reef2": 0.3, "reef3": 0.12}}


def product(op_type, dtype, result, zero_points=False):
    operands = [helper.make_tensor_value_info(name, dtype, [SIZE, SIZE]) for name in "ab"]
    if zero_points:
        operands += [helper.make_tensor_value_info(name, dtype, []) for name in ("a_zero", "b_zero")]
    node = helper.make_node(op_type, [operand.name for operand in operands], ["c"])
    outputs = [helper.make_tensor_value_info("c", result, [SIZE, SIZE])]
    graph = helper.make_graph([node], "product", operands, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def models():
    i8, i32 = TensorProto.INT8, TensorProto.INT32
    return {"f32 product": product("MatMul", TensorProto.FLOAT, TensorProto.FLOAT),
            "f16 product": product("MatMul", TensorProto.FLOAT16, TensorProto.FLOAT16),
            "i8 product": product("MatMulInteger", i8, i32),
            "i8 product, zero points": product("MatMulInteger", i8, i32, zero_points=True),
            "resnet50": onnx.load(RESNET)}


def explain(path, device):
    command = [ROOT / "build" / "bin" / "landfall", "explain", path, "--device", device, "--repeat", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def delivered(report):
    """Cycles, and the shares of the peak that contractions and the run reach."""
    kernels = [kernel for kernel in report["kernels"] if kernel.get("of_peak")]
    # Multiply-adds at the peak of their types.
    useful = sum(kernel["of_peak"] * kernel["cycles"] for kernel in kernels)
    busy = sum(kernel["cycles"] for kernel in kernels)
    total = sum(kernel["cycles"] for kernel in report["kernels"])
    return total, useful / busy, useful / total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--devices", default="reef1,reef2,reef3")
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    broken = 0
    print(f"{'model':24} {'device':7} {'cycles':>11}  contractions  whole run  promised")
    with tempfile.TemporaryDirectory() as folder:
        for name, model in models().items():
            if options.filter not in name:
                continue
            path = Path(folder) / "model.onnx"
            onnx.save(model, path)
            for device in options.devices.split(","):
                cycles, in_contractions, in_run = delivered(explain(path, device))
                promised = PROMISED.get(name, {}).get(device)
                broken += promised is not None and in_run < promised
                print(f"{name:24} {device:7} {cycles:11.0f}  {in_contractions:12.1%}  {in_run:9.1%}"
                      + (f"  {promised:8.0%}" if promised else ""))
    return min(1, broken)


if __name__ == "__main__":
    sys.exit(main())
