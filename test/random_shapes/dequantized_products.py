"""Products of dequantised tensors, as quantisers write them, against their meaning.

    dequantized_products.py [count] [--seed N] [--device D]

Random MatMul, Gemm and Conv between DequantizeLinear nodes: bytes of all signs, one
scale or one a channel, zero points or none, weights that are transposed, grouped and
depthwise convolutions with padding; and weights of 2, 4 and 8 bits with scales by
blocks of the depth. The expected values are computed in float64. One artefact serves
two numbers of rows. Kinds that the compiler makes products of integers of are named in
KERNELS, and `explain` must say so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import landfall

TYPES = {"u8": (TensorProto.UINT8, 0, 255), "i8": (TensorProto.INT8, -128, 127),
         "u4": (TensorProto.UINT4, 0, 15), "i4": (TensorProto.INT4, -8, 7)}
# The kernel's generator on the CPU, by the kind of case.
KERNELS = {"matrix": "words", "image": "words", "blocks": "blocks"}


class Case:
    """A graph with one operator between dequantised operands."""

    def __init__(self, random, device):
        self.random, self.device = random, device
        self.extreme = self.below(8) == 0
        self.kernel = "any"
        self.inputs, self.weights, self.nodes = [], [], []

    def below(self, high, low=0):
        return int(self.random.integers(low, high))

    def one_of(self, *choices):
        return choices[self.below(len(choices))]

    def integers(self, kind, shape):
        _, low, high = TYPES[kind]
        return self.random.integers(low, high + 1, shape)

    def constant(self, name, kind, values):
        """An initializer of integers of any width."""
        self.weights.append(helper.make_tensor(
            name, TYPES[kind][0], values.shape, values.flatten().tolist()))
        return name

    def scales(self, name, shape):
        values = self.random.uniform(0.01, 0.03, shape).astype(np.float32)
        if self.extreme:  # The product of two is no normal number.
            values = np.full(shape, 1e-22, np.float32)
        self.weights.append(numpy_helper.from_array(values, name))
        return values

    def dequantized(self, name, kind, values, axis=None, block=0):
        """Dequantises `name`, which holds `values`; returns the real numbers."""
        shape = list(np.shape(values))
        own = [] if axis is None else [shape[axis]]
        if block:
            own = shape.copy()
            own[axis] = -(-own[axis] // block)
        scale = self.scales(name + "_scale", own)
        names = [name, name + "_scale"]
        zero = np.zeros(own, np.int64)
        if self.below(2):
            zero = self.integers(kind, own)
            names.append(self.constant(name + "_zero", kind, np.asarray(zero)))
        attributes = {} if axis is None else {"axis": axis}
        if block:
            attributes["block_size"] = block
        self.nodes.append(helper.make_node("DequantizeLinear", names, [name + "_real"], **attributes))

        def spread(parameter):
            if block:
                return np.take(np.repeat(parameter, block, axis), range(shape[axis]), axis)
            if axis is None:
                return parameter
            return np.reshape(parameter, [-1 if d == axis else 1 for d in range(len(shape))])
        return lambda x: (x - spread(zero)) * spread(np.asarray(scale, np.float64))

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TYPES[kind][0], shape))

    def model(self, operator, names, rank, **attributes):
        self.nodes.append(helper.make_node(operator, names, ["y"], **attributes))
        graph = helper.make_graph(self.nodes, operator, self.inputs, [
            helper.make_tensor_value_info("y", TensorProto.FLOAT, [f"y{d}" for d in range(rank)])], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def array(kind, values):
    return values.astype(np.uint8 if kind == "u8" else np.int8)


def matrix(case):
    """MatMul or Gemm of bytes on both sides."""
    a_kind, b_kind = case.one_of("u8", "i8"), case.one_of("u8", "i8")
    depth, lanes = case.below(300, 4), case.below(150, 1)
    case.input("a", a_kind, ["m", case.one_of(depth, "k")])
    a_real = case.dequantized("a", a_kind, np.zeros((1, depth)))
    way = case.one_of("plain", "transposed", "gemm")
    turned = way != "plain"
    b = case.integers(b_kind, (lanes, depth) if turned else (depth, lanes))
    case.constant("b", b_kind, b)
    axis = case.one_of(None, 0 if turned else 1)
    b_values = case.dequantized("b", b_kind, b, axis)(b)
    names = ["a_real", "b_real"]
    if way == "transposed":
        case.nodes.append(helper.make_node("Transpose", ["b_real"], ["b_turned"], perm=[1, 0]))
        names[1] = "b_turned"
    model = (case.model("Gemm", names, 2, transB=1) if way == "gemm" else case.model("MatMul", names, 2))
    feeds, expected = [], []
    for rows in (1, case.below(70, 2)):
        a = case.integers(a_kind, (rows, depth))
        feeds.append({"a": array(a_kind, a)})
        expected.append(a_real(a) @ (b_values.T if turned else b_values))
    return model, feeds, expected


def image(case):
    """Conv of bytes, grouped perhaps."""
    x_kind, w_kind = case.one_of("u8", "i8"), case.one_of("u8", "i8")
    group = case.one_of(1, 1, 2)
    channels, maps = case.below(24, 4) * group, case.below(30, 2) * group
    size, pad, stride = case.below(4, 1), case.below(2), case.below(3, 1)
    case.input("x", x_kind, ["n", channels, "h", "w"])
    x_real = case.dequantized("x", x_kind, np.zeros((1, channels, 1, 1)))
    w = case.integers(w_kind, (maps, channels // group, size, size))
    case.constant("w", w_kind, w)
    w_values = case.dequantized("w", w_kind, w, case.one_of(None, 0))(w)
    model = case.model("Conv", ["x_real", "w_real"], 4, pads=[pad] * 4, strides=[stride] * 2, group=group)
    feeds, expected = [], []
    for extent in (size + 1, case.below(20, 6)):
        x = case.integers(x_kind, (1, channels, extent, extent + 2))
        feeds.append({"x": array(x_kind, x)})
        padded = np.pad(x_real(x), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), (2, 3))
        windows = windows[:, :, ::stride, ::stride]
        part = [np.einsum("nchwij,mcij->nmhw", block, filters) for block, filters in zip(
            np.split(windows, group, 1), np.split(w_values, group, 0))]
        expected.append(np.concatenate(part, 1))
    return model, feeds, expected


def blocks(case):
    """MatMul of reals with constant weights in blocks of the depth."""
    kind = case.one_of("u4", "i4", "u8", "i8")
    block = case.one_of(16, 32, 64)
    depth, lanes = block * case.below(6, 2), case.below(150, 29)
    if case.below(6) == 0:  # The last block is cut off.
        case.kernel, block = None, case.one_of(20, 23)
        depth = 2 * block - case.below(8, 1)
    lanes = max(lanes - lanes % 16, 32)
    turned = case.below(2)
    case.inputs.append(helper.make_tensor_value_info("a", TensorProto.FLOAT, ["m", depth]))
    b = case.integers(kind, (lanes, depth) if turned else (depth, lanes))
    case.constant("b", kind, b)
    b_values = case.dequantized("b", kind, b, 1 if turned else 0, block)(b)
    names = ["a", "b_real"]
    if turned:
        case.nodes.append(helper.make_node("Transpose", ["b_real"], ["b_turned"], perm=[1, 0]))
        names[1] = "b_turned"
    model = case.model("MatMul", names, 2)
    feeds, expected = [], []
    for rows in (1, case.below(40, 2)):
        a = case.random.standard_normal((rows, depth)).astype(np.float32)
        feeds.append({"a": a})
        expected.append(a.astype(np.float64) @ (b_values.T if turned else b_values))
    return model, feeds, expected


def complaints(kind, model, feeds, expected, device, program):
    onnx.checker.check_model(model)
    compiled = landfall.compile(model, device=device)
    for inputs, wanted in zip(feeds, expected):
        found = compiled.run(inputs)["y"]
        error = np.abs(found - wanted).max(initial=0)
        largest = np.abs(wanted).max(initial=0)
        if found.shape != wanted.shape or not error <= 16e-6 * (largest if largest > 1e-36 else 1):
            yield f"{kind}: differs by {error}"
    if program and device == "cpu":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.onnx")
            onnx.save(model, path)
            sizes = []
            for name, value in feeds[-1].items():
                sizes += ["--shape", f"{name}={'x'.join(map(str, value.shape))}"]
            text = subprocess.run([program, "explain", "--json", str(path), *sizes], check=True,
                                  capture_output=True, text=True).stdout
        generators = [made["generator"] for kernel in json.loads(text)["kernels"] for made in kernel["generation"]]
        if not any(KERNELS[kind] in generator for generator in generators):
            yield f"{kind}: no kernel is made by '{KERNELS[kind]}': {generators}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=45)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--program", help="the command line, whose explain is asked")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    wrong = 0
    for number in range(arguments.count):
        random = np.random.default_rng((arguments.seed, number))
        make = (matrix, image, blocks)[number % 3]
        case = Case(random, arguments.device)
        model, feeds, expected = make(case)
        for text in complaints(make.__name__, model, feeds, expected, arguments.device,
                               arguments.program if number < 12 and case.kernel else None):
            print(f"case {number}: {text}")
            wrong += 1
    print(f"{arguments.count} cases, {wrong} complaints")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
