"""The two models of `./dev demo`, made from a seed: build/samples/*.onnx.

A convolutional detector whose height and width are free, and a transformer
whose batch and length are free. Weights are random and scaled so that values
neither vanish nor explode.

    sample_models.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class GraphMaker:
    """Collects nodes and initializers; each method gives its result's name."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes = []
        self.weights = []

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def normal(self, name, *shape, scale=1.0):
        return self.weight(name, (self.random.standard_normal(shape) * scale).astype(np.float32))

    def ints(self, name, *values):
        return self.weight(name, np.array(values, np.int64))

    def node(self, op_type, *inputs, name=None, **attributes):
        name = name or f"{op_type}_{len(self.nodes)}"
        result = f"{name}_out"
        self.nodes.append(helper.make_node(op_type, inputs, [result], name, **attributes))
        return result

    def model(self, name, inputs, outputs):
        """`outputs` are {name: (value, dims)}."""
        for output, (value, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [output]))
        graph = helper.make_graph(
            self.nodes, name, inputs,
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, dims) for o, (_, dims) in outputs.items()],
            self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8,
                                  producer_name="landfall samples")
        onnx.checker.check_model(model)
        return model


class Detector(GraphMaker):
    """Backbone, pyramid and heads of a small one-stage detector."""

    def convolution(self, x, channels_in, channels_out, size=3, stride=1, groups=1, active=True):
        """Conv, BatchNormalization and, if `active`, Relu."""
        name = f"conv{len(self.nodes)}"
        fan_in = channels_in // groups * size * size
        weight = self.normal(f"{name}_w", channels_out, channels_in // groups, size, size,
                             scale=(2 / fan_in) ** 0.5)
        x = self.node("Conv", x, weight, name=name, kernel_shape=[size, size], strides=[stride, stride],
                      pads=[size // 2] * 4, group=groups)
        uniform = lambda low, high: self.random.uniform(low, high, channels_out).astype(np.float32)
        x = self.node("BatchNormalization", x,
                      self.weight(f"{name}_gain", uniform(0.8, 1.2)),
                      self.weight(f"{name}_shift", uniform(-0.1, 0.1)),
                      self.weight(f"{name}_mean", uniform(-0.1, 0.1)),
                      self.weight(f"{name}_variance", uniform(0.8, 1.2)))
        return self.node("Relu", x) if active else x

    def residual(self, x, channels):
        y = self.convolution(x, channels, channels)
        y = self.convolution(y, channels, channels, active=False)
        return self.node("Relu", self.node("Add", x, y))

    def separable(self, x, channels_in, channels_out, stride=1):
        x = self.convolution(x, channels_in, channels_in, stride=stride, groups=channels_in)
        return self.convolution(x, channels_in, channels_out, size=1)

    def merge(self, coarse, fine):
        """`coarse` resized to the extents of `fine`, beside it."""
        tag = f"merge{len(self.nodes)}"
        batch_and_channels = self.node("Slice", self.node("Shape", coarse), self.ints(f"{tag}_0", 0),
                                       self.ints(f"{tag}_2", 2))
        extents = self.node("Slice", self.node("Shape", fine), self.ints(f"{tag}_from", 2),
                            self.ints(f"{tag}_to", 4))
        sizes = self.node("Concat", batch_and_channels, extents, axis=0)
        coarse = self.node("Resize", coarse, "", "", sizes, mode="linear",
                           coordinate_transformation_mode="half_pixel")
        return self.node("Concat", coarse, fine, axis=1)

    def head(self, x, channels, outputs, tag):
        """A 1x1 convolution, flattened to (batch, points, outputs)."""
        weight = self.normal(f"{tag}_w", outputs, channels, 1, 1, scale=(1 / channels) ** 0.5)
        bias = self.normal(f"{tag}_b", outputs, scale=0.1)
        x = self.node("Conv", x, weight, bias, name=tag, kernel_shape=[1, 1])
        x = self.node("Reshape", x, self.ints(f"{tag}_shape", 0, outputs, -1))
        return self.node("Transpose", x, perm=[0, 2, 1])

    def build(self):
        x = self.convolution("image", 3, 24, stride=2)
        x = self.residual(x, 24)
        levels = []
        for channels_in, channels_out, repeats in ((24, 48, 1), (48, 96, 2), (96, 128, 2), (128, 160, 1)):
            x = self.separable(x, channels_in, channels_out, stride=2)
            for _ in range(repeats):
                x = self.residual(x, channels_out)
            levels.append((x, channels_out))
        x, channels = levels.pop()
        pyramid = [(x, channels)]
        while len(pyramid) < 3:
            fine, fine_channels = levels.pop()
            x = self.separable(self.merge(x, fine), channels + fine_channels, fine_channels)
            channels = fine_channels
            pyramid.append((x, channels))
        scores, boxes = [], []
        for k, (x, channels) in enumerate(pyramid):
            x = self.convolution(self.separable(x, channels, 64), 64, 64)
            scores.append(self.node("Sigmoid", self.head(x, 64, 8, f"scores{k}")))
            boxes.append(self.head(x, 64, 4, f"boxes{k}"))
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])
        return self.model("detector", [image], {
            "scores": (self.node("Concat", *scores, axis=1), ["N", "points", 8]),
            "boxes": (self.node("Concat", *boxes, axis=1), ["N", "points", 4]),
        })


class Transformer(GraphMaker):
    """An encoder of `LAYERS` layers with attention in elementary operators."""

    WORDS, LONGEST, WIDTH, HEADS, LAYERS = 1000, 512, 192, 6, 4

    def dense(self, x, rows, columns, tag):
        x = self.node("MatMul", x, self.normal(f"{tag}_w", rows, columns, scale=rows ** -0.5), name=tag)
        return self.node("Add", x, self.normal(f"{tag}_b", columns, scale=0.02))

    def normalize(self, x, tag):
        return self.node("LayerNormalization", x,
                         self.weight(f"{tag}_gain", np.ones(self.WIDTH, np.float32)),
                         self.weight(f"{tag}_bias", np.zeros(self.WIDTH, np.float32)), axis=-1)

    def heads(self, x, tag, perm):
        """(batch, length, width) to one matrix a head."""
        shape = self.ints(f"{tag}_heads", 0, 0, self.HEADS, self.WIDTH // self.HEADS)
        return self.node("Transpose", self.node("Reshape", x, shape), perm=perm)

    def attention(self, x, tag):
        query, key, value = (
            self.heads(self.dense(x, self.WIDTH, self.WIDTH, f"{tag}_{part}"), f"{tag}_{part}", perm)
            for part, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])))
        scale = self.weight(f"{tag}_scale", np.float32((self.WIDTH // self.HEADS) ** -0.5))
        weights = self.node("Softmax", self.node("Mul", self.node("MatMul", query, key), scale), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weights, value), perm=[0, 2, 1, 3])
        flat = self.node("Reshape", mixed, self.ints(f"{tag}_flat", 0, 0, self.WIDTH))
        return self.dense(flat, self.WIDTH, self.WIDTH, f"{tag}_out")

    def gelu(self, x, tag):
        """x / 2 (1 + erf(x / sqrt 2))"""
        scalar = lambda name, value: self.weight(f"{tag}_{name}", np.float32(value))
        erf = self.node("Erf", self.node("Div", x, scalar("root", 2 ** 0.5)))
        return self.node("Mul", self.node("Mul", x, self.node("Add", erf, scalar("one", 1))), scalar("half", 0.5))

    def build(self):
        words = self.node("Gather", self.normal("words", self.WORDS, self.WIDTH, scale=0.5), "tokens")
        length = self.node("Gather", self.node("Shape", "tokens"), self.weight("one", np.int64(1)))
        places = self.node("Range", self.weight("zero", np.int64(0)), length, self.weight("step", np.int64(1)))
        x = self.node("Add", words, self.node("Gather", self.normal("places", self.LONGEST, self.WIDTH, scale=0.1),
                                              places))
        for k in range(self.LAYERS):
            x = self.node("Add", x, self.attention(self.normalize(x, f"norm{k}a"), f"attention{k}"))
            y = self.dense(self.normalize(x, f"norm{k}b"), self.WIDTH, 4 * self.WIDTH, f"wide{k}")
            x = self.node("Add", x, self.dense(self.gelu(y, f"gelu{k}"), 4 * self.WIDTH, self.WIDTH, f"narrow{k}"))
        x = self.normalize(x, "last")
        tokens = helper.make_tensor_value_info("tokens", TensorProto.INT64, ["batch", "length"])
        return self.model("transformer", [tokens], {"hidden": (x, ["batch", "length", self.WIDTH])})


def write_samples(folder):
    """Writes both models; {name: path}."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, maker in (("detector", Detector(1)), ("transformer", Transformer(2))):
        paths[name] = folder / f"{name}.onnx"
        onnx.save(maker.build(), paths[name])
    return paths


if __name__ == "__main__":
    for path in write_samples(Path(sys.argv[1] if len(sys.argv) > 1 else "build/samples")).values():
        print(path)
