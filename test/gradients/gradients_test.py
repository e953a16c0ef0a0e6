"""Gradient (ai.onnx.preview.training) against differences of what ONNX Runtime computes.

Each case is a graph of doubles from inputs to y; the derivative of the sum of y is
taken in the middle of (f(x + h) - f(x - h)) / 2h.
"""

import unittest

import numpy as np
import onnx
import onnx.parser
import onnxruntime
from onnx import helper

import landfall

onnxruntime.set_default_logger_severity(4)
STEP = 1e-5

# Name: the shapes of the inputs, and the body that makes y of them.
GRAPHS = {
    "unary": ({"a": (2, 3)}, """
        b = Exp(a) c = Tanh(a) d = Sigmoid(a) e = Sin(a) f = Cos(a) g = Softplus(a) h = Relu(a) i = LeakyRelu<alpha = 0.2>(a)
        j = Elu(a) k = Abs(a) l = Neg(a) n = Mul(a, a) o = Sqrt(n) p = Add(n, b) q = Log(p) r = Reciprocal(p)
        s = Identity(r) t = Mul(b, c) u = Sum(d, e, f, g, h, i, j, k, l, o, q, s, t) y = Mul(u, u)"""),
    "broadcast": ({"a": (2, 1, 3), "b": (4, 1), "c": (3,)}, """
        d = Add(a, b) e = Mul(d, c) f = Sub(e, a) g = Mul(b, b) h = Add(g, b) i = Exp(b) y = Div(f, i)"""),
    "power": ({"a": (2, 3), "b": (3,)}, "c = Exp(a) y = Pow(c, b)"),
    "products": ({"a": (2, 2, 3), "b": (3, 4), "c": (2, 1, 4, 3)}, "d = MatMul(a, b) e = MatMul(d, c) y = Mul(e, e)"),
    "gemm": ({"a": (3, 2), "b": (4, 3), "c": (4,)}, "d = Gemm<alpha = 0.5, beta = 2.0, transA = 1, transB = 1>(a, b, c) y = Tanh(d)"),
    "gemm plain": ({"a": (2, 3), "b": (3, 4), "c": (2, 1)}, "d = Gemm<alpha = 0.5>(a, b, c) y = Tanh(d)"),
    "reductions": ({"a": (2, 3, 4)}, """
        axes = Constant<value_ints = [-1, 0]>() b = ReduceSum<keepdims = 0>(a, axes) c = ReduceMean(a, axes) d = ReduceSum(a)
        e = ReduceMean<keepdims = 0>(a) f = Mul(b, b) g = Mul(c, c) h = Mul(d, e) i = Exp(a) j = Mul(i, g) k = Mul(f, h)
        s1 = ReduceSum(j) y = Add(s1, k)"""),
    "softmax": ({"a": (2, 3), "w": (2, 3)}, """
        b = Softmax<axis = -1>(a) c = LogSoftmax<axis = 0>(a) d = Add(b, c) y = Mul(d, w)"""),
    "movement": ({"a": (2, 3, 4), "w": (4, 6), "v": (3, 1)}, """
        shape = Constant<value_ints = [4, 6]>() wide = Constant<value_ints = [3, 5]>() axes = Constant<value_ints = [0]>()
        b = Transpose<perm = [2, 0, 1]>(a) c = Reshape(b, shape) d = Mul(c, w) e = Flatten(a) f = ReduceSum<keepdims = 0>(e)
        g = Unsqueeze(d, axes) h = Squeeze(g, axes) i = Expand(v, wide) j = Exp(i) k = ReduceSum<keepdims = 0>(j)
        l = Mul(h, f) y = Mul(l, k)"""),
    "choice": ({"a": (2, 3), "b": (3,)}, "c = Greater(a, b) d = Mul(a, a) e = Exp(b) y = Where(c, d, e)"),
    "perceptron": ({"x": (4, 3), "w": (3, 5), "v": (5, 2), "c": (5,)}, """
        h = MatMul(x, w) i = Add(h, c) j = Relu(i) k = MatMul(j, v) l = LogSoftmax<axis = -1>(k) m = ReduceMean<keepdims = 0>(l)
        y = Neg(m)"""),
}


def graph(shapes, body, nodes=(), outputs=("y",), free=False):
    inputs = ", ".join(f"double[{','.join(f'{n}_{d}' if free else str(e) for d, e in enumerate(s))}] {n}" for n, s in shapes.items())
    parsed = onnx.parser.parse_graph(f"g ({inputs}) => () {{ {body} }}")
    parsed.node.extend(nodes)
    parsed.output.extend(helper.make_empty_tensor_value_info(name) for name in outputs)
    for output in parsed.output:
        output.type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.preview.training", 1)]
    return helper.make_model(parsed, opset_imports=opsets, ir_version=9)


def gradient_node(xs, zs=(), inputs=None):
    attributes = {"xs": list(xs), "y": "y", **({"zs": list(zs)} if zs else {})}
    return helper.make_node("Gradient", inputs or [*xs, *zs], [f"d_{x}" for x in xs], "gradient",
                            domain="ai.onnx.preview.training", **attributes)


def differences(shapes, body, feeds, name):
    session = onnxruntime.InferenceSession(graph(shapes, body).SerializeToString(), providers=["CPUExecutionProvider"])

    def value(x):
        return session.run(None, {**feeds, name: x})[0].sum()

    result = np.empty_like(feeds[name])
    for at in np.ndindex(result.shape):
        step = np.zeros_like(result)
        step[at] = STEP
        result[at] = (value(feeds[name] + step) - value(feeds[name] - step)) / (2 * STEP)
    return result


class GradientTest(unittest.TestCase):
    def test_rules(self):
        rng = np.random.default_rng(3)
        for name, (shapes, body) in GRAPHS.items():
            feeds = {x: rng.uniform(0.3, 1.2, shape) * rng.choice([-1, 1], shape) for x, shape in shapes.items()}
            expected = [differences(shapes, body, feeds, x) for x in shapes]
            for free in (False, True):
                with self.subTest(graph=name, free=free):
                    model = graph(shapes, body, [gradient_node(shapes)], [f"d_{x}" for x in shapes], free)
                    actual = landfall.compile(model).run(feeds)
                    for x, right in zip(shapes, expected):
                        np.testing.assert_allclose(actual[f"d_{x}"], right, rtol=1e-6, atol=1e-7)

    def test_erf(self):
        """ONNX Runtime has none of doubles."""
        a = np.array([-0.7, 0.1, 2.0])
        actual = landfall.compile(graph({"a": (3,)}, "y = Erf(a)", [gradient_node(["a"])], ["d_a"])).run({"a": a})["d_a"]
        np.testing.assert_allclose(actual, 2 / np.sqrt(np.pi) * np.exp(-a * a))

    def test_at_other_values(self):
        """Gradient of y = f(h, z) at an h of its own, where the graph's h is made of x."""
        shapes = {"x": (2,), "z": (2,), "other": (2,)}
        node = gradient_node(["h"], ["z"], ["other", "z"])
        model = graph(shapes, "h = Exp(x) y = Mul(h, z) unused = Identity(other)", [node], ["d_h", "y"])
        feeds = {"x": np.zeros(2), "z": np.array([3.0, 5.0]), "other": np.array([7.0, 9.0])}
        self.assertEqual(list(landfall.compile(model).run(feeds)["d_h"]), [3, 5])

    def test_an_input_that_counts_twice(self):
        shapes = {"a": (3,)}
        node = gradient_node(["a"])
        model = graph(shapes, "b = Identity(a) c = Add(a, b) y = Mul(c, a)", [node], ["d_a"])
        self.assertEqual(list(landfall.compile(model).run({"a": np.array([1.0, 2.0, 3.0])})["d_a"]), [4, 8, 12])

    def test_what_y_does_not_depend_on(self):
        node = gradient_node(["a", "b"])
        model = graph({"a": (2,), "b": (2,)}, "y = Exp(a)", [node], ["d_b"])
        self.assertEqual(list(landfall.compile(model).run({"a": np.ones(2), "b": np.ones(2)})["d_b"]), [0, 0])

    def test_without_a_rule(self):
        model = graph({"a": (2, 3)}, "y = Hardmax(a)", [gradient_node(["a"])], ["d_a"])
        with self.assertRaisesRegex(landfall.Error, "the gradient of Hardmax"):
            landfall.compile(model)

    def test_of_a_rank_that_the_run_tells(self):
        shapes = {"a": (3,), "b": (3,)}
        model = graph(shapes, "c = Add(a, b) y = Mul(c, a)", [gradient_node(shapes)], ["d_a", "d_b"])
        model.graph.input[1].type.tensor_type.ClearField("shape")
        compiled = landfall.compile(model)
        a = np.array([1.0, 2.0, 3.0])
        for b in (np.array(5.0), 5 + a, 5 + np.arange(6.0).reshape(2, 3)):
            with self.subTest(shape=b.shape):
                result = compiled.run({"a": a, "b": b})
                np.testing.assert_allclose(result["d_a"], np.sum(np.broadcast_to(2 * a + b, np.broadcast(a, b).shape).reshape(-1, 3), 0))
                np.testing.assert_allclose(result["d_b"], np.sum(a) if b.ndim == 0 else np.broadcast_to(a, b.shape))

    def test_a_function(self):
        model = graph({"a": (2, 3)}, "y = Exp(a)", [gradient_node(["a"])], ["d_a"])
        model.graph.node[0].op_type, model.graph.node[0].domain = "Own", "own"
        opsets = [helper.make_opsetid("", 18)]
        model.functions.append(helper.make_function("own", "Own", ["x"], ["z"], [helper.make_node("Exp", ["x"], ["z"])], opsets))
        model.opset_import.append(helper.make_opsetid("own", 1))
        with self.assertRaisesRegex(landfall.Error, "own function"):
            landfall.compile(model)


if __name__ == "__main__":
    unittest.main()
