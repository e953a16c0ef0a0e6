"""Small seeded networks and calibration samples for the tests of the quantiser."""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

import architectures  # noqa: E402


def of_bench(name):
    """A tiny version of an architecture of the bench, and three samples, numbered."""
    row = next(row for row in architectures.all_rows(tiny=True) if row.name == name)
    arrays = {}
    for k in range(3):
        random = np.random.default_rng(k)
        arrays |= {f"{port}.{k}": value.value(row.points[0], random) for port, value in row.inputs.items()}
    return onnx.load_model_from_string(row.model()), arrays


def model(nodes, inputs, outputs, weights, opset=17, **more):
    """`inputs` and `outputs` are {name: dims} of float32, `weights` {name: array}."""
    def ports(named):
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in named.items()]

    graph = helper.make_graph(nodes, "graph", ports(inputs), ports(outputs),
                              [numpy_helper.from_array(array, name) for name, array in weights.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **more)


def normal(seed, *shape, scale=1.0):
    return np.random.default_rng(seed).standard_normal(shape, np.float32) * np.float32(scale)


def convolutions(opset=17):
    """Conv, BatchNormalization, Relu, Conv, and a constant factor; of images of any size."""
    channels = np.linspace(0.5, 2, 8, dtype=np.float32)
    return model(
        [helper.make_node("Conv", ["image", "w0"], ["c0"], "first", pads=[1] * 4),
         helper.make_node("BatchNormalization", ["c0", "gain", "shift", "mean", "variance"], ["b0"], "norm"),
         helper.make_node("Relu", ["b0"], ["r0"], "relu"),
         helper.make_node("Conv", ["r0", "w1", "bias"], ["c1"], "second", strides=[2, 2]),
         helper.make_node("Mul", ["c1", "half"], ["m1"], "factor"),
         helper.make_node("GlobalAveragePool", ["m1"], ["y"], "pool")],
        {"image": ["n", 3, "h", "w"]}, {"y": ["n", 4, 1, 1]},
        {"w0": normal(0, 8, 3, 3, 3), "gain": channels, "shift": normal(1, 8), "mean": normal(2, 8),
         "variance": channels, "w1": normal(3, 4, 8, 3, 3), "bias": normal(4, 4), "half": np.float32([0.5])}, opset)


def images(*shapes):
    return {f"image.{k}": normal(10 + k, *shape) for k, shape in enumerate(shapes)}


def perceptron(features=48, opset=21, inputs=("n",)):
    """Gemm, Relu, MatMul, Add. The first matrix' features have very different sizes."""
    return model(
        [helper.make_node("Gemm", ["x", "w0", "b0"], ["g"], "hidden", transB=1),
         helper.make_node("Relu", ["g"], ["r"], "relu"),
         helper.make_node("MatMul", ["r", "w1"], ["p"], "last"),
         helper.make_node("Add", ["p", "b1"], ["y"], "bias")],
        {"x": [*inputs, 40]}, {"y": [*inputs, 10]},
        {"w0": normal(0, features, 40, scale=0.2), "b0": normal(1, features), "w1": normal(2, features, 10, scale=0.2),
         "b1": normal(3, 10)}, opset)


def small_transformer():
    """Attention of one head over words of 32 features, with nothing but products."""
    return model(
        [helper.make_node("MatMul", ["x", "wq"], ["q"], "queries"),
         helper.make_node("MatMul", ["x", "wk"], ["k"], "keys"),
         helper.make_node("MatMul", ["x", "wv"], ["v"], "values"),
         helper.make_node("Transpose", ["k"], ["t"], perm=[0, 2, 1]),
         helper.make_node("MatMul", ["q", "t"], ["s"], "scores"), helper.make_node("Softmax", ["s"], ["p"], axis=-1),
         helper.make_node("MatMul", ["p", "v"], ["a"], "mix"), helper.make_node("MatMul", ["a", "wo"], ["y"], "out")],
        {"x": ["n", "length", 32]}, {"y": ["n", "length", 32]},
        {name: normal(k, 32, 32, scale=0.1) for k, name in enumerate(("wq", "wk", "wv", "wo"))}, 17)


def half_perceptron():
    """Gemm, Relu, MatMul of float16."""
    weights = {"w0": normal(0, 48, 40, scale=0.2), "b0": normal(1, 48), "w1": normal(2, 48, 10, scale=0.2)}
    made = model([helper.make_node("Gemm", ["x", "w0", "b0"], ["g"], "hidden", transB=1),
                  helper.make_node("Relu", ["g"], ["r"], "relu"),
                  helper.make_node("MatMul", ["r", "w1"], ["y"], "last")],
                 {"x": ["n", 40]}, {"y": ["n", 10]}, {name: array.astype("f2") for name, array in weights.items()}, 21)
    for port in [*made.graph.input, *made.graph.output]:
        port.type.tensor_type.elem_type = TensorProto.FLOAT16
    return made


def weak_link():
    """Three layers in a row; the middle one's weights have an outlier in each column, so that
    it hurts most."""
    weights = {name: normal(k, 32, 32, scale=0.2) for k, name in enumerate(("w0", "w1", "w2"))}
    weights["w1"][0] = 30
    return model(
        [helper.make_node("MatMul", ["x", "w0"], ["a"], "easy"), helper.make_node("Tanh", ["a"], ["b"], "tanh"),
         helper.make_node("MatMul", ["b", "w1"], ["c"], "hard"), helper.make_node("Tanh", ["c"], ["d"], "tanh2"),
         helper.make_node("MatMul", ["d", "w2"], ["y"], "last")],
        {"x": ["n", 32]}, {"y": ["n", 32]}, weights, 21)


def lstm():
    """An LSTM of 6 features to 5, then a MatMul."""
    return model(
        [helper.make_node("LSTM", ["x", "w", "r", "b"], ["steps"], "memory", hidden_size=5),
         helper.make_node("Squeeze", ["steps", "axis"], ["s"], "squeeze"),
         helper.make_node("MatMul", ["s", "last"], ["y"], "project")],
        {"x": ["t", "n", 6]}, {"y": ["t", "n", 3]},
        {"w": normal(0, 1, 20, 6), "r": normal(1, 1, 20, 5), "b": normal(2, 1, 40), "axis": np.array([1]),
         "last": normal(3, 5, 3)})
