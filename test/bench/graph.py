"""Builds ONNX graphs whose weights are random from a seed."""

from zlib import crc32

import numpy as np
import onnx
from onnx import helper, numpy_helper


class Graph:
    """Collects nodes and weights; each method gives the name of its result."""

    def __init__(self, name, opset=17):
        self.name, self.opset = name, opset
        self.random = np.random.default_rng(crc32(name.encode()))
        self.inputs, self.outputs, self.nodes, self.weights = [], [], [], []

    def input(self, name, dims, dtype):
        """`dims` are numbers and the names of free dimensions."""
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.inputs.append(helper.make_tensor_value_info(name, kind, dims))
        return name

    def output(self, name, value):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(name)

    def constant(self, array, dtype=None):
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array, dtype), name))
        return name

    def ints(self, *values):
        return self.constant(values, np.int64)

    def number(self, value):
        return self.constant(value, np.float32)

    def normal(self, *shape, scale=1.0):
        values = self.random.standard_normal(shape, np.float32)
        values *= np.float32(scale)
        return self.constant(values)

    def add(self, op_type, *inputs, outputs=1, domain="", **attributes):
        """One name, or a list of them if the node has several outputs."""
        name = f"{op_type}_{len(self.nodes)}"
        names = [f"{name}_out{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(op_type, inputs, names, name, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def model(self):
        """The model's bytes."""
        return self.whole(self.inputs, self.typed_outputs(), self.weights).SerializeToString()

    def whole(self, inputs, outputs, weights):
        graph = helper.make_graph(self.nodes, "graph", inputs, outputs, weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)],
                                 ir_version=10 if self.opset > 19 else 8, producer_name="landfall bench")

    def typed_outputs(self):
        """With the types that ONNX infers: not all systems do without. Large weights are
        inputs meanwhile, so that they are not copied; the others may be axes and shapes."""
        small = [w for w in self.weights if len(w.raw_data) <= 64]
        large = [helper.make_tensor_value_info(w.name, w.data_type, w.dims)
                 for w in self.weights if len(w.raw_data) > 64]
        outputs = [helper.make_empty_tensor_value_info(name) for name in self.outputs]
        whole = self.whole([*self.inputs, *large], outputs, small)
        return list(onnx.shape_inference.infer_shapes(whole, data_prop=True).graph.output)

    #===--- Layers of several families ------------------------------------===#

    def convolution(self, x, channels_in, channels_out, size=3, stride=1, groups=1):
        """With a bias, into which exporters fold the normalisation, and full padding."""
        fan_in = channels_in // groups * size * size
        weight = self.normal(channels_out, channels_in // groups, size, size, scale=(2 / fan_in) ** 0.5)
        return self.add("Conv", x, weight, self.normal(channels_out, scale=0.1), kernel_shape=[size, size],
                        strides=[stride, stride], pads=[size // 2] * 4, group=groups)

    def linear(self, x, features_in, features_out, bias=True):
        """MatMul over the last dimension."""
        x = self.add("MatMul", x, self.normal(features_in, features_out, scale=features_in ** -0.5))
        return self.add("Add", x, self.normal(features_out, scale=0.1)) if bias else x

    def layer_norm(self, x, features):
        gain = self.constant(self.random.uniform(0.8, 1.2, features), np.float32)
        return self.add("LayerNormalization", x, gain, self.normal(features, scale=0.1), axis=-1, epsilon=1e-5)

    def gelu(self, x):
        """As exporters write it."""
        scaled = self.add("Div", x, self.number(2 ** 0.5))
        gate = self.add("Add", self.add("Erf", scaled), self.number(1))
        return self.add("Mul", self.add("Mul", x, gate), self.number(0.5))

    def swish(self, x):
        return self.add("Mul", x, self.add("Sigmoid", x))

    def extents(self, x, begin, end):
        """Some extents of a tensor, as a vector."""
        return self.add("Slice", self.add("Shape", x), self.ints(begin), self.ints(end))

    def resize_like(self, x, other, mode="nearest"):
        """An image with the height and width of another."""
        sizes = self.add("Concat", self.extents(x, 0, 2), self.extents(other, 2, 4), axis=0)
        how = {"nearest": {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
               "linear": {"coordinate_transformation_mode": "half_pixel"}}[mode]
        return self.add("Resize", x, "", "", sizes, mode=mode, **how)

    def heads(self, x, count, width):
        """(batch, length, count x width) as (batch, count, length, width)."""
        x = self.add("Reshape", x, self.ints(0, 0, count, width))
        return self.add("Transpose", x, perm=[0, 2, 1, 3])

    def attention(self, q, k, v, count, width, mask=None):
        """Softmax(q k' / sqrt(width) + mask) v of what `heads` gives, heads joined again."""
        scores = self.add("MatMul", q, self.add("Transpose", k, perm=[0, 1, 3, 2]))
        scores = self.add("Mul", scores, self.number(width ** -0.5))
        if mask is not None:
            scores = self.add("Add", scores, mask)
        x = self.add("MatMul", self.add("Softmax", scores, axis=-1), v)
        return self.add("Reshape", self.add("Transpose", x, perm=[0, 2, 1, 3]), self.ints(0, 0, count * width))

    def self_attention(self, x, features, count, mask=None):
        width = features // count
        q, k, v = (self.heads(self.linear(x, features, features), count, width) for _ in range(3))
        return self.linear(self.attention(q, k, v, count, width, mask), features, features)
