"""What simulated chips deliver of their peaks, in cycles.

    chip_peaks.py [--devices reef1,reef2,reef3] [--filter TEXT]    devices of one family

Square products of 1024 in f32, halves and bytes, these with zero points too,
ONNX's ResNet-50 at 224x224, one image and eight, and a layer of an encoder as
BERT-base has twelve of, for several lengths of a sequence: cycles of a run,
multiply-adds of the peak while contractions run, and of the whole run, and the
seconds of processor time in which it was simulated. Each model
is compiled once for all chips of a family and all shapes. Cycles are the same on
every machine and in every run, so two builds can be compared. Ends with 1 if the
whole run of one falls below what has been promised for it.
"""

import argparse
import itertools
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from program import landfall

SIZE = 1024
RESNET = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_resnet50.onnx"
# Of the peak, over the whole run: what has been reached, so that nothing gets slower.
PROMISED = {"f32 product": {"reef1": 0.95, "reef2": 0.91, "reef3": 0.57},
            "i8 product": {"reef1": 0.84, "reef2": 0.79, "reef3": 0.51},
            "resnet50": {"reef1": 0.59, "reef2": 0.41, "reef3": 0.13},
            "resnet50, 8 images": {"reef1": 0.6}}
WIDTH, HEADS, LENGTHS = 768, 12, (128, 131, 384)


def product(op_type, dtype, result, zero_points=False):
    operands = [helper.make_tensor_value_info(name, dtype, [SIZE, SIZE]) for name in "ab"]
    if zero_points:
        operands += [helper.make_tensor_value_info(name, dtype, []) for name in ("a_zero", "b_zero")]
    node = helper.make_node(op_type, [operand.name for operand in operands], ["c"])
    outputs = [helper.make_tensor_value_info("c", result, [SIZE, SIZE])]
    graph = helper.make_graph([node], "product", operands, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def encoder_layer():
    """Attention and two dense layers, each added to what it reads and normalised."""
    random = np.random.default_rng(1)
    constants, nodes = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(value, name))
        return name

    def node(op_type, inputs, output, **attributes):
        nodes.append(helper.make_node(op_type, inputs, [output], **attributes))
        return output

    def dense(source, output, rows, columns):
        weights = random.standard_normal((rows, columns)).astype(np.float32) / np.float32(rows**0.5)
        sums = node("MatMul", [source, constant(f"{output}_weights", weights)], f"{output}_sums")
        return node("Add", [sums, constant(f"{output}_bias", np.zeros(columns, np.float32))], output)

    def normalised(source, added, output):
        total = node("Add", [source, added], f"{output}_total")
        scale = constant(f"{output}_scale", np.ones(WIDTH, np.float32))
        shift = constant(f"{output}_shift", np.zeros(WIDTH, np.float32))
        return node("LayerNormalization", [total, scale, shift], output)

    def heads(name):
        parted = node("Reshape", [dense("x", name, WIDTH, WIDTH), "parts"], f"{name}_parted")
        return node("Transpose", [parted], f"{name}_heads", perm=[0, 2, 3 if name == "key" else 1,
                                                                 1 if name == "key" else 3])

    constant("parts", np.array([0, 0, HEADS, WIDTH // HEADS]))
    constant("whole", np.array([0, 0, WIDTH]))
    products = node("MatMul", [heads("query"), heads("key")], "products")
    scaled = node("Div", [products, constant("root", np.float32((WIDTH // HEADS)**0.5))], "scaled")
    seen = node("MatMul", [node("Softmax", [scaled], "weights"), heads("value")], "seen")
    joined = node("Reshape", [node("Transpose", [seen], "back", perm=[0, 2, 1, 3]), "whole"], "joined")
    attention = normalised("x", dense(joined, "projected", WIDTH, WIDTH), "attention")
    wide = node("Gelu", [dense(attention, "wide", WIDTH, 4 * WIDTH)], "active")
    normalised(attention, dense(wide, "narrow", 4 * WIDTH, WIDTH), "y")
    shape = ["batch", "length", WIDTH]
    graph = helper.make_graph(nodes, "layer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def models():
    """By name: the model, options of its compilation, and what its runs are called with the options that set
    their shapes."""
    i8, i32 = TensorProto.INT8, TensorProto.INT32
    lengths = {f" of {length}": ["--dim", "batch=1", "--dim", f"length={length}"] for length in LENGTHS}
    images = {"": ["--dim", "images=1"], ", 8 images": ["--dim", "images=8"]}
    return {"f32 product": (product("MatMul", TensorProto.FLOAT, TensorProto.FLOAT), [], {"": []}),
            "f16 product": (product("MatMul", TensorProto.FLOAT16, TensorProto.FLOAT16), [], {"": []}),
            "i8 product": (product("MatMulInteger", i8, i32), [], {"": []}),
            "i8 product, zero points": (product("MatMulInteger", i8, i32, zero_points=True), [], {"": []}),
            "resnet50": (onnx.load(RESNET), ["--dynamic", "gpu_0/data_0=images,3,224,224"], images),
            "encoder layer": (encoder_layer(), [], lengths)}


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
    called = [model + run for model, (_, _, runs) in models().items() for run in runs]
    if not any(options.filter in name for name in called):
        parser.error(f"no run's name contains '{options.filter}'; they are: {', '.join(called)}")
    broken = 0
    print(f"{'model':24} {'device':7} {'cycles':>11}  contractions  whole run  promised  simulated")
    devices = options.devices.split(",")
    with tempfile.TemporaryDirectory() as folder:
        path, package = Path(folder) / "model.onnx", Path(folder) / "model.lfm"
        for model, (graph, freed, runs) in models().items():
            names = [(model + run, arguments) for run, arguments in runs.items() if options.filter in model + run]
            if not names:
                continue
            onnx.save(graph, path)
            landfall("compile", path, "--device", devices[0].rstrip("0123456789"), "-o", package, *freed)
            for (name, arguments), device in itertools.product(names, devices):
                report, seconds = landfall("explain", package, "--device", device, *arguments, "--repeat", "1",
                                           "--json")
                cycles, in_contractions, in_run = delivered(json.loads(report))
                promised = PROMISED.get(name, {}).get(device)
                broken += promised is not None and in_run < promised
                print(f"{name:24} {device:7} {cycles:11.0f}  {in_contractions:12.1%}  {in_run:9.1%}"
                      f"  {f'{promised:.0%}' if promised else '':>8}  {seconds:9.1f}", flush=True)
    return min(1, broken)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(str(error))
