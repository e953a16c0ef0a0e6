"""Builds networks as an exporter at a fixed size does: every size is a number.

A network is a function of a Graph and of the extents of its inputs; called with
other extents, it gives what a fresh export at that size would be. Weights come
from a seed, so they do not depend on the size.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Value:
    """A tensor of the graph with its shape at the exported size."""

    def __init__(self, graph, name, shape):
        self.graph, self.name, self.shape = graph, name, tuple(int(d) for d in shape)


class Graph:
    def __init__(self, opset=17, seed=7):
        self.random = np.random.default_rng(seed)
        self.opset = opset
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []

    # -- Parts ---------------------------------------------------------------
    def name(self, kind):
        return f"{kind}_{len(self.nodes) + len(self.initializers) + len(self.inputs)}"

    def input(self, name, shape, dtype=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return Value(self, name, shape)

    def constant(self, array, kind="const"):
        array = np.asarray(array)
        name = self.name(kind)
        self.initializers.append(numpy_helper.from_array(array, name))
        return Value(self, name, array.shape)

    def ints(self, values):
        return self.constant(np.array(values, np.int64), "sizes")

    def weight(self, *shape, scale=None):
        fan = np.prod(shape[1:]) if len(shape) > 1 else 1
        array = self.random.standard_normal(shape) * (scale or (1.0 / fan) ** 0.5)
        return self.constant(array.astype(np.float32), "weight")

    def op(self, kind, inputs, shape, outputs=None, **attributes):
        """A node; `shape` is its result's, or a list of shapes with `outputs` names."""
        shapes = shape if outputs else [shape]
        names = [self.name(kind.lower() + str(k)) for k in range(len(shapes))]
        names_in = [v.name if v is not None else "" for v in inputs]
        self.nodes.append(helper.make_node(kind, names_in, names, name=names[0], **attributes))
        values = [Value(self, n, s) for n, s in zip(names, shapes)]
        return values if outputs else values[0]

    def output(self, value):
        self.outputs.append(value)

    def model(self):
        outputs = [helper.make_tensor_value_info(v.name, TensorProto.FLOAT, v.shape) for v in self.outputs]
        graph = helper.make_graph(self.nodes, "g", self.inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        return model

    # -- Layers --------------------------------------------------------------
    def conv(self, x, channels, kernel=3, stride=1, groups=1, relu=True):
        n, c, h, w = x.shape
        pad = kernel // 2
        shape = (n, channels, (h + 2 * pad - kernel) // stride + 1, (w + 2 * pad - kernel) // stride + 1)
        weight = self.weight(channels, c // groups, kernel, kernel)
        bias = self.weight(channels, scale=0.1)
        y = self.op("Conv", [x, weight, bias], shape, pads=[pad] * 4, strides=[stride] * 2,
                    kernel_shape=[kernel] * 2, group=groups)
        return self.op("Relu", [y], shape) if relu else y

    def pool(self, kind, x, kernel, stride):
        n, c, h, w = x.shape
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        shape = (n, c, (h - kernel[0]) // stride + 1, (w - kernel[1]) // stride + 1)
        return self.op(kind, [x], shape, kernel_shape=list(kernel), strides=[stride] * 2)

    def linear(self, x, features):
        """x W + b along the last dimension."""
        weight = self.weight(features, x.shape[-1])
        shape = (*x.shape[:-1], features)
        table = numpy_helper.to_array(self.initializers[-1]).T.copy()
        self.initializers.pop()
        weight = self.constant(table, "weight")
        y = self.op("MatMul", [x, weight], shape)
        return self.op("Add", [y, self.weight(features, scale=0.1)], shape)

    def binary(self, kind, a, b):
        return self.op(kind, [a, b], np.broadcast_shapes(a.shape, b.shape))

    def unary(self, kind, x, **attributes):
        return self.op(kind, [x], x.shape, **attributes)

    def reshape(self, x, *shape):
        known = int(np.prod([d for d in shape if d != -1]))
        result = [int(np.prod(x.shape)) // known if d == -1 else d for d in shape]
        return self.op("Reshape", [x, self.ints(shape)], result)

    def transpose(self, x, *perm):
        return self.op("Transpose", [x], [x.shape[p] for p in perm], perm=list(perm))

    def concat(self, values, axis):
        shape = list(values[0].shape)
        shape[axis] = sum(v.shape[axis] for v in values)
        return self.op("Concat", values, shape, axis=axis)

    def slice(self, x, starts, ends, axes, steps=None):
        shape = list(x.shape)
        for k, axis in enumerate(axes):
            shape[axis] = len(range(*slice(starts[k], ends[k], steps[k] if steps else 1).indices(shape[axis])))
        inputs = [x, self.ints(starts), self.ints(ends), self.ints(axes)]
        return self.op("Slice", inputs + ([self.ints(steps)] if steps else []), shape)

    def resize(self, x, height, width, mode="nearest"):
        """To sizes, as F.interpolate(size=...) is exported."""
        shape = (*x.shape[:2], height, width)
        how = {"nearest": dict(coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
               "linear": dict(coordinate_transformation_mode="half_pixel")}[mode]
        return self.op("Resize", [x, None, None, self.ints(shape)], shape, mode=mode, **how)

    def softmax(self, x, axis=-1):
        return self.unary("Softmax", x, axis=axis)

    def matmul(self, a, b):
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        return self.op("MatMul", [a, b], (*batch, a.shape[-2], b.shape[-1]))

    def layer_norm(self, x):
        d = x.shape[-1]
        return self.op("LayerNormalization", [x, self.constant(np.ones(d, np.float32)),
                                              self.constant(np.zeros(d, np.float32))], x.shape, axis=-1)
