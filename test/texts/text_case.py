"""Models of tensors of strings, checked on devices against NumPy and ONNX
Runtime: what the tests share.
"""

import unittest

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

import landfall

onnxruntime.set_default_logger_severity(4)
TARGETS = ("null", "cpu")
WORDS = ["", "a", "b", "ä", "日本", "a b", "B", "𝄞", "aa", " a"]


def texts(values, shape=None):
    array = np.array(values, dtype=object)
    return array if shape is None else array.reshape(shape)


def some_texts(random, *shape):
    return texts([WORDS[k] for k in random.integers(0, len(WORDS), int(np.prod(shape)))], shape)


def value_info(name, value, symbolic=False):
    shape = [f"{name}{k}" if symbolic else extent for k, extent in enumerate(value.shape)]
    return helper.make_tensor_value_info(name, element_type(value), shape)


def element_type(value):
    return TensorProto.STRING if value.dtype == object else helper.np_dtype_to_tensor_dtype(value.dtype)


def tensor(name, value):
    if value.dtype == object:
        return helper.make_tensor(name, TensorProto.STRING, value.shape,
                                  [text.encode() for text in value.ravel()])
    return helper.make_tensor(name, element_type(value), value.shape, value.ravel().tolist())


def model(nodes, inputs, outputs, initializers=(), symbolic=False, opset=21, ml=4):
    graph = helper.make_graph(nodes, "g", [value_info(name, value, symbolic) for name, value in inputs.items()],
                              [helper.make_empty_tensor_value_info(name) for name in outputs],
                              [tensor(name, value) for name, value in dict(initializers).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", ml),
                                                   helper.make_opsetid("com.microsoft", 1)],
                             ir_version=10)


def rival(proto, feeds):
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


class TextCase(unittest.TestCase):
    def check(self, proto, feeds, expected, message=""):
        for target in TARGETS:
            result = landfall.compile(proto, device=target, require_target=True).run(feeds)
            for got, want in zip(result.values(), expected, strict=True):
                want = np.asarray(want)
                self.assertEqual(got.shape, want.shape, f"{target} {message}")
                self.assertEqual(got.dtype == object, want.dtype == object, f"{target} {message}")
                if want.dtype.kind == "f":
                    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6, err_msg=f"{target} {message}")
                else:
                    self.assertEqual(got.tolist(), want.tolist(), f"{target} {message}")

    def one(self, op, operands, expected=None, outputs=1, domain="", constants=(), opset=21, ml=4, **attributes):
        """A node on operands, some of them initializers, of known extents and of any; expected: ONNX Runtime's."""
        names = [f"y{k}" for k in range(outputs)]
        node = helper.make_node(op, list(operands), names, "n", domain=domain, **attributes)
        inputs = {name: value for name, value in operands.items() if name not in constants}
        initializers = {name: operands[name] for name in constants}
        if expected is None:
            expected = rival(model([node], inputs, names, initializers, opset=opset, ml=ml), inputs)
        for symbolic in (False, True):
            proto = model([node], inputs, names, initializers, symbolic, opset, ml)
            self.check(proto, inputs, expected, f"{op} {attributes}")
