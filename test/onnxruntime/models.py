"""Small models for the tests of this folder."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, parser

OPSET = 21
WEIGHTS = np.random.default_rng(3).normal(size=(8, 8)).astype(np.float32)


def tensor(name, dtype=TensorProto.FLOAT, dims=("n",)):
    return helper.make_tensor_value_info(name, dtype, dims)


def model(nodes, inputs, outputs, initializers=(), opset=OPSET, functions=(), domains=()):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, [numpy_helper.from_array(v, k) for k, v in dict(initializers).items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *domains], ir_version=10,
                             functions=functions)
    onnx.checker.check_model(made)
    return made


def parse(text, opset=OPSET):
    """A model in ONNX's text form: the graph alone."""
    return parser.parse_model(f'<ir_version: 10, opset_import: ["" : {opset}, "com.microsoft" : 1, "local" : 1]>\n{text}')


def layers():
    """Softmax(x W + b) W, whose batch is free."""
    nodes = [helper.make_node("MatMul", ["x", "w"], ["m"], "first"), helper.make_node("Add", ["m", "b"], ["a"], "bias"),
             helper.make_node("Softmax", ["a"], ["s"], "soft"), helper.make_node("MatMul", ["s", "w"], ["y"], "second")]
    return model(nodes, [tensor("x", dims=("n", 8))], [tensor("y", dims=("n", 8))], {"w": WEIGHTS, "b": WEIGHTS[0]})


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def layers_result(x):
    return softmax(x @ WEIGHTS + WEIGHTS[0]) @ WEIGHTS


def with_a_gap():
    """y = rowsums of exp(x), negated, whose sums are of a form that Landfall refuses: weights of 4
    bits, a block of 32 of them being a scale (1), a zero point (8) and pairs of numbers (9)."""
    block = [*np.float32(1).tobytes(), 8, *[0x99] * 16]
    return parse(f"""
        g (float[n,32] x) => (float[n,1] y) <uint8[21] w = {{{",".join(map(str, block))}}}, int64[2] shape = {{32,1}}> {{
          e = Exp(x)
          t = com.microsoft.MatMulFpQ4<blk_quant_type=2>(e, w, shape)
          y = Neg(t)
        }}""")
