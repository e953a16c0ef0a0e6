"""Products of narrow types on reef chips, compared with the cpu target.

    narrow_products.py [count] [--seed N] [--devices A,B,...]

Random MatMulInteger, ConvInteger and QLinearConv: signed and unsigned bytes,
zero points of every kind, constant and free weights, transposed ones, depths
that the scratchpad does not hold, groups, strides and padding; bit by bit the
same. Gemm and Conv of float16, turned or not, large and too small to be normal,
within what another order of the sum and one rounding change. Besides the three
generations, the first of which has no multiply-adds of float16, chips whose
registers and tiles go together otherwise.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import landfall

ROOT = Path(__file__).resolve().parent.parent.parent
TYPES = {np.dtype(np.uint8): TensorProto.UINT8, np.dtype(np.int8): TensorProto.INT8,
         np.dtype(np.float16): TensorProto.FLOAT16}
# VLEN, tile edge, cores, DMA channels, KiB of scratchpad.
CHIPS = {"narrow": (128, 16, 1, 1, 64), "wide_tiles": (256, 32, 2, 2, 512),
         "small_tiles": (2048, 16, 5, 8, 1024), "three": (512, 64, 3, 1, 1024),
         "many": (512, 16, 51, 4, 256)}
KEYS = ("vector_bits", "tile_edge", "cores", "dma_channels", "scratchpad_kib")


class Case:
    """One node with its inputs: some fed, some initializers."""

    def __init__(self, random):
        self.random = random
        self.feeds, self.inputs, self.weights, self.nodes = {}, [], [], []

    def below(self, high, low=0):
        return int(self.random.integers(low, high))

    def bytes(self, dtype, shape):
        limits = np.iinfo(dtype)
        return self.random.integers(limits.min, limits.max + 1, shape).astype(dtype)

    def halves(self, shape):
        scale = 1e-6 if self.below(4) == 0 else 1.0
        return (self.random.standard_normal(shape) * scale).astype(np.float16)

    def byte_type(self):
        return np.dtype(np.uint8 if self.below(2) else np.int8)

    def feed(self, name, value):
        self.feeds[name] = value
        self.inputs.append(helper.make_tensor_value_info(
            name, TYPES[value.dtype], value.shape))
        return name

    def constant(self, name, value):
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def zero_point(self, name, dtype, shape=()):
        """An initializer's name, or none half of the time."""
        if self.below(2):
            return ""
        return self.constant(name, self.bytes(dtype, shape))

    def model(self, operator, names, output_type, **attributes):
        while names[-1] == "":
            names.pop()
        self.nodes.append(helper.make_node(operator, names, ["y"], **attributes))
        graph = helper.make_graph(
            self.nodes, operator, self.inputs,
            [helper.make_tensor_value_info("y", output_type, None)], self.weights)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def matmul(case):
    a_type, b_type = case.byte_type(), case.byte_type()
    rows, depth, lanes = (case.below(200, 1) for _ in range(3))
    if case.below(3) == 0:
        depth = case.below(3000, 400)
    batch = [case.below(4, 1)] if case.below(3) == 0 else []
    b = case.bytes(b_type, (depth, lanes))
    names = [case.feed("a", case.bytes(a_type, (*batch, rows, depth))), "b"]
    way = case.below(3)
    if way == 0:
        case.constant("b", b)
    elif way == 1:
        case.feed("b", b)
    else:
        case.feed("turned", np.ascontiguousarray(b.T))
        case.nodes.append(helper.make_node("Transpose", ["turned"], ["b"], perm=[1, 0]))
    b_shape = (lanes,) if case.below(2) else ()
    names += [case.zero_point("a_zero", a_type), case.zero_point("b_zero", b_type, b_shape)]
    return case.model("MatMulInteger", names, TensorProto.INT32)


def image_and_weights(case):
    x_type, w_type = case.byte_type(), case.byte_type()
    group = 2 if case.below(4) == 0 else 1
    channels, maps = case.below(20, 1) * group, case.below(40, 1) * group
    shape = (case.below(3, 1), channels, case.below(30, 3), case.below(30, 3))
    kernel = (case.below(4, 1), case.below(4, 1))
    case.feed("x", case.bytes(x_type, shape))
    case.constant("w", case.bytes(w_type, (maps, channels // group, *kernel)))
    attributes = {"group": group, "strides": [case.below(3, 1) for _ in range(2)],
                  "pads": [case.below(2) for _ in range(4)]}
    return x_type, w_type, maps, attributes


def conv_integer(case):
    x_type, w_type, _, attributes = image_and_weights(case)
    names = ["x", "w", case.zero_point("x_zero", x_type), case.zero_point("w_zero", w_type)]
    return case.model("ConvInteger", names, TensorProto.INT32, **attributes)


def qlinear_conv(case):
    x_type, w_type, maps, attributes = image_and_weights(case)
    scales = case.random.uniform(0.01, 0.02, maps).astype(np.float32)
    names = ["x", case.constant("x_scale", np.float32(0.03)),
             case.constant("x_zero", case.bytes(x_type, ())),
             "w", case.constant("w_scale", scales),
             case.constant("w_zero", case.bytes(w_type, maps)),
             case.constant("y_scale", np.float32(2.5)),
             case.constant("y_zero", case.bytes(x_type, ())),
             case.constant("bias", case.random.integers(-1000, 1000, maps).astype(np.int32))]
    return case.model("QLinearConv", names, TYPES[x_type], **attributes)


def half_gemm(case):
    rows, lanes = case.below(200, 1), case.below(200, 1)
    depth = case.below(3000, 400) if case.below(3) == 0 else case.below(300, 1)
    turned_a, turned_b = case.below(2), case.below(2)
    case.feed("a", case.halves((depth, rows) if turned_a else (rows, depth)))
    b = case.halves((lanes, depth) if turned_b else (depth, lanes))
    (case.constant if case.below(2) else case.feed)("b", b)
    return case.model("Gemm", ["a", "b"], TensorProto.FLOAT16, transA=turned_a, transB=turned_b)


def half_conv(case):
    group = 2 if case.below(4) == 0 else 1
    channels, maps = case.below(40, 1) * group, case.below(40, 1) * group
    case.feed("x", case.halves((case.below(3, 1), channels, case.below(30, 3), case.below(30, 3))))
    case.constant("w", case.halves((maps, channels // group, case.below(4, 1), case.below(4, 1))))
    return case.model("Conv", ["x", "w"], TensorProto.FLOAT16, group=group,
                      strides=[case.below(3, 1) for _ in range(2)], pads=[case.below(2) for _ in range(4)])


def describe_chips(folder):
    """Descriptions like reef2's but for the numbers in CHIPS."""
    text = (ROOT / "targets/reef/chips/reef2.chip").read_text()
    for name, numbers in CHIPS.items():
        values = {"name": name, **dict(zip(KEYS, numbers))}
        lines = []
        for line in text.splitlines():
            key = line.split("=")[0].strip()
            lines.append(f"{key} = {values[key]}" if key in values else line)
        path = Path(folder, f"{name}.chip")
        path.write_text("\n".join(lines) + "\n")
        yield f"reef:{path}"


def only(outputs):
    return np.asarray(next(iter(outputs.values())))


def feeds_scale(feeds):
    return max(np.abs(feed.astype(np.float32)).max(initial=0) for feed in feeds.values())


def differences(model, feeds, devices, artefact):
    """What goes wrong on each device."""
    expected = only(landfall.compile(model, device="cpu").run(feeds))
    landfall.compile(model, device="reef").save(artefact)
    for device in devices:
        found = only(landfall.load(artefact, device=device).run(feeds))
        wrong = found != expected
        if expected.dtype == np.float16:
            # A rounding, and what a sum's order changes where it nearly cancels.
            wide, scale = expected.astype(np.float32), feeds_scale(feeds)
            wrong = np.abs(found - wide) > 2.0**-10 * np.abs(wide) + 1e-4 * scale + 2.0**-24
        if wrong.any():
            yield f"{device}: {wrong.sum()} of {expected.size} elements differ"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--devices", default="reef1,reef2,reef3")
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        devices = arguments.devices.split(",") + list(describe_chips(folder))
        for number in range(arguments.count):
            case = Case(random)
            model = (matmul, half_gemm, conv_integer, half_conv, qlinear_conv)[number % 5](case)
            path = str(Path(folder, "model.onnx"))
            onnx.save(model, path)
            for difference in differences(path, case.feeds, devices,
                                          str(Path(folder, "model.lfm"))):
                wrong += 1
                shapes = {name: value.shape for name, value in case.feeds.items()}
                print(f"case {number} ({model.graph.name} of {shapes}): {difference}")
    print(f"{arguments.count} products on {len(devices)} chips, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
