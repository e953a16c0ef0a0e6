"""Models of one node, made of the cases."""

import importlib

import numpy as np
import onnx
from onnx import helper

FILES = ["attention_cases", "block_cases", "cache_cases", "gate_cases", "generation_cases", "layer_cases",
         "legacy_cases", "ordered_cases", "quantized_cases", "state_cases", "tensor_cases", "token_cases",
         "transducer_cases", "packed_cases", "weight_cases"]


def load_cases():
    """Fills draw.OPERATORS."""
    for file in FILES:
        importlib.import_module(file)


def element_type(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def sparse_tensor(array, name):
    places = np.flatnonzero(array)
    return helper.make_sparse_tensor(onnx.numpy_helper.from_array(array.ravel()[places], name),
                                     onnx.numpy_helper.from_array(places, name + "_places"), array.shape)


def node_model(case, constants, free, outputs):
    """A model of the case's node; `free` leaves the dimensions of its inputs open."""
    names = [f"x{k}" if value is not None else "" for k, value in enumerate(case.operands)]
    while names and not names[-1]:
        names.pop()
    inputs, initializers, sparse, feeds = [], [], [], {}
    for k, (name, value) in enumerate(zip(names, case.operands)):
        if not name:
            continue
        if k in case.sparse:
            sparse.append(sparse_tensor(value, name))
            continue
        if k in constants:
            initializers.append(onnx.numpy_helper.from_array(value, name))
            continue
        shape = [f"{name}_{d}" for d in range(value.ndim)] if free else value.shape
        inputs.append(helper.make_tensor_value_info(name, element_type(value), shape))
        feeds[name] = value
    results = [f"y{k}" if k not in case.unspecified else "" for k in range(case.outputs)]
    node = helper.make_node(case.operator, names, results, "n", domain=case.domain, **case.attributes)
    infos = [helper.make_empty_tensor_value_info(name) for name in results if name]
    if outputs:
        infos = [helper.make_tensor_value_info(name, element_type(value), None)
                 for name, value in zip([r for r in results if r], outputs)]
    graph = helper.make_graph([node], "g", inputs, infos, initializers, sparse_initializer=sparse)
    opsets = [helper.make_opsetid("", case.opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10), feeds
