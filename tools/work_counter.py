"""Counts the multiply-adds that a model asks for at one shape.

Counted exactly: the model runs once in ONNX Runtime with the shapes of what its
Conv, ConvTranspose, MatMul, Gemm, LSTM, GRU and RNN nodes, and the integer kinds
of these, read and write as extra outputs. Nodes inside subgraphs and functions are
not counted.
"""

from math import prod

import onnx
import onnxruntime


def summed_extent(node, shapes):
    """The summed extent of a Gemm."""
    transposed = any(a.name == "transA" and a.i for a in node.attribute)
    return shapes[node.input[0]][0 if transposed else 1]


def recurrent(node, shapes):
    length, batch = shapes[node.input[0]][:2]
    return length * batch * (prod(shapes[node.input[1]]) + prod(shapes[node.input[2]]))


COUNTS = {
    "Conv": lambda n, s: prod(s[n.output[0]]) * prod(s[n.input[1]][1:]),
    "ConvTranspose": lambda n, s: prod(s[n.input[0]]) * prod(s[n.input[1]][1:]),
    "ConvInteger": lambda n, s: prod(s[n.output[0]]) * prod(s[n.input[1]][1:]),
    "QLinearConv": lambda n, s: prod(s[n.output[0]]) * prod(s[n.input[3]][1:]),
    "MatMul": lambda n, s: prod(s[n.output[0]]) * s[n.input[0]][-1],
    "MatMulInteger": lambda n, s: prod(s[n.output[0]]) * s[n.input[0]][-1],
    "QLinearMatMul": lambda n, s: prod(s[n.output[0]]) * s[n.input[0]][-1],
    "Gemm": lambda n, s: prod(s[n.output[0]]) * summed_extent(n, s),
    "LSTM": recurrent,
    "GRU": recurrent,
    "RNN": recurrent,
}


class WorkCounter:
    def __init__(self, model):
        """`model` is a ModelProto; it is not changed."""
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        graph = copy.graph
        self.nodes = [n for n in graph.node if n.op_type in COUNTS and n.output[0]]
        names = {name for n in self.nodes for name in (*n.input[:4], n.output[0]) if name}
        self.shape_names = {name: f"shape of {name}" for name in sorted(names)}
        for name, shape_name in self.shape_names.items():
            graph.node.append(onnx.helper.make_node("Shape", [name], [shape_name]))
            graph.output.append(onnx.helper.make_tensor_value_info(shape_name, onnx.TensorProto.INT64, [None]))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(copy.SerializeToString(), options) if self.nodes else None

    def multiply_adds(self, feeds):
        if self.session is None:
            return 0
        values = self.session.run(list(self.shape_names.values()), feeds)
        shapes = {name: [int(d) for d in value] for name, value in zip(self.shape_names, values)}
        return sum(COUNTS[node.op_type](node, shapes) for node in self.nodes)
