"""A model with inputs that is changed step by step, and views of it: parts, all intermediates.

Only nodes of the main graph are moved; those inside If, Loop, Scan and functions
belong to the node that holds them.
"""

import numpy as np
import onnx
from onnx import AttributeProto, helper, numpy_helper

import rival


# ONNX Runtime computes with these types and cannot return them to NumPy.
NARROW = {onnx.TensorProto.BFLOAT16, onnx.TensorProto.FLOAT8E4M3FN, onnx.TensorProto.FLOAT8E4M3FNUZ,
          onnx.TensorProto.FLOAT8E5M2, onnx.TensorProto.FLOAT8E5M2FNUZ, onnx.TensorProto.INT4, onnx.TensorProto.UINT4}


def type_of(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def untyped(name):
    """An output whose type follows from the graph."""
    return onnx.ValueInfoProto(name=name)


def declared(name, value, dims=None):
    if isinstance(value, list):
        return helper.make_tensor_sequence_value_info(name, type_of(value[0]) if value else 1, None)
    return helper.make_tensor_value_info(name, type_of(value), value.shape if dims is None else dims)


def subgraphs(node):
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g
        yield from attribute.graphs


def free_names(node):
    """Names that a node reads: operands, and what its subgraphs capture."""
    names = {name for name in node.input if name}
    for graph in subgraphs(node):
        names |= captured(graph)
    return names


def captured(graph):
    own = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    names = set()
    for node in graph.node:
        names |= free_names(node) - own
        own |= set(node.output)
    return names | ({value.name for value in graph.output} - own)


def all_nodes(graph):
    """Nodes of the graph and of subgraphs in it."""
    for node in graph.node:
        yield node
        for inner in subgraphs(node):
            yield from all_nodes(inner)


def rename_uses(graph, old, new):
    """Every node that reads `old` reads `new`, in subgraphs too (names are unique in a model)."""
    for node in all_nodes(graph):
        for k, name in enumerate(node.input):
            if name == old:
                node.input[k] = new
        for inner in subgraphs(node):
            for value in inner.output:
                if value.name == old:
                    value.name = new


class Mutant:
    """A model, its inputs, and what was done to it."""

    def __init__(self, model, feeds, history=()):
        self.model = onnx.ModelProto()
        self.model.CopyFrom(model)
        self.feeds = dict(feeds)
        self.history = list(history)
        self.known = None
        del self.model.graph.value_info[:]

    def copy(self):
        return Mutant(self.model, self.feeds, self.history)

    @property
    def graph(self):
        return self.model.graph

    @property
    def opset(self):
        return next((entry.version for entry in self.model.opset_import if entry.domain in ("", "ai.onnx")), 1)

    def size(self):
        return len(self.graph.node)

    #===--- Names and constants ---------------------------------------------===#

    def names(self):
        names = {value.name for value in self.graph.input} | {tensor.name for tensor in self.graph.initializer}
        for node in all_nodes(self.graph):
            names |= set(node.output) | set(node.input)
            for inner in subgraphs(node):
                names |= {value.name for value in inner.input} | {tensor.name for tensor in inner.initializer}
        return names

    def fresh(self, base="m"):
        """A name that no other begins with."""
        taken = tuple(self.names())
        names = (f"{base}{k}" for k in range(len(taken) + 1))
        return next(name for name in names if not any(other.startswith(name) for other in taken))

    def constants(self):
        return {tensor.name: tensor for tensor in self.graph.initializer}

    def constant(self, array):
        """A new initializer's name."""
        name = self.fresh("c")
        self.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
        return name

    def set_constant(self, name, array):
        self.constants()[name].CopyFrom(numpy_helper.from_array(array, name))

    def drop_constant(self, name):
        kept = [tensor for tensor in self.graph.initializer if tensor.name != name]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)

    def drop_input(self, name):
        kept = [value for value in self.graph.input if value.name != name]
        del self.graph.input[:]
        self.graph.input.extend(kept)
        self.feeds.pop(name, None)

    def inputs(self):
        """Those that are fed."""
        return [value for value in self.graph.input if value.name in self.feeds]

    def redeclare(self, name, array):
        """The input has this value, and its type and shape."""
        self.feeds[name] = array
        next(value for value in self.graph.input if value.name == name).CopyFrom(declared(name, array))

    #===--- Nodes -----------------------------------------------------------===#

    def position(self, node):
        return next(k for k, other in enumerate(self.graph.node) if other is node or other == node)

    def insert(self, position, nodes):
        kept = list(self.graph.node)
        kept[position:position] = nodes
        copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in kept]
        del self.graph.node[:]
        self.graph.node.extend(copies)

    def replace(self, position, nodes):
        kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in self.graph.node]
        kept[position:position + 1] = nodes
        del self.graph.node[:]
        self.graph.node.extend(kept)

    def uses(self, name):
        """(position, index) of the operands that are the value."""
        return [(p, k) for p, node in enumerate(self.graph.node) for k, other in enumerate(node.input) if other == name]

    def outputs(self):
        return [output.name for output in self.graph.output]

    def forget_types(self):
        """Outputs' types and shapes follow from the graph."""
        self.set_outputs(self.outputs())

    def set_outputs(self, names):
        del self.graph.output[:]
        self.graph.output.extend(untyped(name) for name in names)

    def prune(self):
        """Removes nodes, constants and inputs that no output needs."""
        needed = set(self.outputs())
        kept = []
        for node in reversed(self.graph.node):
            if needed & set(node.output):
                kept.append(onnx.NodeProto.FromString(node.SerializeToString()))
                needed |= free_names(node)
        del self.graph.node[:]
        self.graph.node.extend(reversed(kept))
        for name in [name for name in self.constants() if name not in needed]:
            self.drop_constant(name)
        for value in [value.name for value in self.graph.input if value.name not in needed]:
            self.drop_input(value)

    #===--- Values ----------------------------------------------------------===#

    def exposed(self, but=()):
        """A copy whose outputs are all results of the main graph, `but` some."""
        copy = self.copy()
        copy.set_outputs([name for node in copy.graph.node for name in node.output if name and name not in but])
        return copy

    def narrow_values(self):
        """The results that the rival cannot return."""
        try:
            inferred = onnx.shape_inference.infer_shapes(self.model)
        except (onnx.shape_inference.InferenceError, ValueError):
            return set()
        return {value.name for value in inferred.graph.value_info if value.type.tensor_type.elem_type in NARROW}

    def values(self):
        """{name: value} of inputs, constants and results, by the rival; None if it refuses."""
        if self.known is None:
            exposed = self.exposed()
            kind, results = rival.rival_answer(exposed.model, exposed.feeds, optimized=False)
            self.known = {}
            if kind == "answered":
                self.known = dict(self.feeds)
                self.known |= {name: numpy_helper.to_array(t) for name, t in self.constants().items()}
                self.known |= dict(zip(exposed.outputs(), results))
        return self.known or None

    def arrays(self):
        return {name: value for name, value in (self.values() or {}).items() if isinstance(value, np.ndarray)}

    def part(self, positions, values, outputs=None):
        """The nodes at these positions alone; what they read from outside is fed from `values`.

        Nodes whose results are read and are not among `values` join them."""
        constants = self.constants()
        while True:
            nodes = [self.graph.node[p] for p in sorted(positions)]
            made = {name for node in nodes for name in node.output}
            read = {name for node in nodes for name in free_names(node)} - made
            unknown = read - set(values) - set(constants)
            makers = {p for p, node in enumerate(self.graph.node) if unknown.intersection(node.output)}
            if not makers:
                break
            positions = set(positions) | makers
        feeds = {name: values[name] for name in sorted(read) if name not in constants}
        copy = Mutant(onnx.ModelProto(ir_version=self.model.ir_version, opset_import=self.model.opset_import,
                                      functions=self.model.functions), feeds, self.history)
        copy.graph.name = self.graph.name
        copy.graph.node.extend(nodes)
        copy.graph.input.extend(self.declaration(name, value) for name, value in feeds.items())
        copy.graph.initializer.extend(constants[name] for name in sorted(read) if name in constants)
        if outputs is None:
            inside = {name for node in nodes for name in free_names(node)}
            elsewhere = set(self.outputs()) | {
                name for p, node in enumerate(self.graph.node) if p not in positions for name in free_names(node)}
            outputs = [name for node in nodes for name in node.output
                       if name and (name in elsewhere or name not in inside)]
        copy.set_outputs(outputs)
        return copy

    def declaration(self, name, value):
        """As it is, for an input; with fixed sizes for others."""
        for known in self.graph.input:
            if known.name == name:
                return known
        return declared(name, value)
