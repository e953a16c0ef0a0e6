"""An ONNX model whose constants are kept apart from its graph.

Passes then move a graph of some kilobytes, whatever the weights are, and no
step needs more than protobuf's 2 GiB in one message.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

#: Constants of at least this many bytes leave the graph's message when it is written with
#: external data. Smaller ones are often axes and shapes, which shape inference must see.
EXTERNAL_BYTES = 1024
#: Where data begins in a file of external data, so that it can be mapped.
ALIGNMENT = 4096


class Network:
    """`graph` has no initializers: they are in `weights`, by name."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.weights: dict[str, TensorProto] = {tensor.name: tensor for tensor in model.graph.initializer}
        self._taken: set[str] | None = None
        # Without a copy of what is in the initializers.
        self.model = onnx.ModelProto()
        _merge(model, self.model, skip="graph")
        _merge(model.graph, self.model.graph, skip="initializer")

    @property
    def graph(self) -> onnx.GraphProto:
        return self.model.graph

    def copy(self) -> Network:
        """A graph of its own; the tensors are shared and never changed in place."""
        other = copy.copy(self)
        other.model = onnx.ModelProto()
        other.model.CopyFrom(self.model)
        other.weights = dict(self.weights)
        other._taken = None
        return other

    #===--- Constants -----------------------------------------------------===#

    def array(self, name: str) -> np.ndarray:
        return numpy_helper.to_array(self.weights[name])

    def add_constant(self, name: str, array: np.ndarray) -> str:
        """Gives the name, made unique by a number."""
        name = self.new_name(name)
        self.weights[name] = numpy_helper.from_array(np.asarray(array), name)
        return name

    def is_constant(self, name: str) -> bool:
        return name in self.weights and not any(port.name == name for port in self.graph.input)

    #===--- Names ---------------------------------------------------------===#

    def new_name(self, wish: str) -> str:
        taken = self._taken_names()
        name, number = wish, 1
        while name in taken:
            number += 1
            name = f"{wish}_{number}"
        taken.add(name)
        return name

    def _taken_names(self) -> set[str]:
        if self._taken is None:
            self._taken = {name for node in all_nodes(self.graph) for name in [node.name, *node.input, *node.output]}
            self._taken |= {port.name for port in [*self.graph.input, *self.graph.output]} | set(self.weights)
        return self._taken

    def consumers(self) -> dict[str, list[tuple[onnx.NodeProto, int]]]:
        """{tensor: its readers and which of their inputs it is}, of the main graph."""
        readers: dict[str, list[tuple[onnx.NodeProto, int]]] = {}
        for node in self.graph.node:
            for k, name in enumerate(node.input):
                readers.setdefault(name, []).append((node, k))
        return readers

    def captured(self) -> set[str]:
        """The tensors that subgraphs read from outside."""
        return {name for node in self.graph.node for sub in subgraphs(node)
                for inner in all_nodes(sub) for name in inner.input} | {
                    port.name for node in self.graph.node for sub in subgraphs(node)
                    for graph in graphs_of(sub) for port in graph.output}

    def output_names(self) -> set[str]:
        return {port.name for port in self.graph.output}

    def opset(self) -> int:
        """The version of ONNX's own operators; 0 if the model imports none."""
        return next((entry.version for entry in self.model.opset_import if entry.domain in ("", "ai.onnx")), 0)

    def remove_unused_constants(self) -> None:
        used = {name for node in all_nodes(self.graph) for name in node.input} | self.output_names()
        used |= {port.name for port in self.graph.input} | {
            port.name for node in self.graph.node for sub in subgraphs(node)
            for graph in graphs_of(sub) for port in graph.output}
        self.weights = {name: tensor for name, tensor in self.weights.items() if name in used}

    #===--- Files ---------------------------------------------------------===#

    def bytes(self) -> int:
        """What it takes in a file, nearly."""
        return self.model.ByteSize() + sum(tensor.ByteSize() for tensor in self.weights.values())

    def whole(self) -> onnx.ModelProto:
        """With the weights inside. It can be serialised if `bytes()` is below 2 GiB."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        model.graph.initializer.extend(self.weights.values())
        return model

    def write(self, path: Path, data: Path | None = None, location: str | None = None) -> None:
        """Writes the model, with `data` large constants there; `location` is what the
        model calls that file (by default its name)."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        if data is None:
            model.graph.initializer.extend(self.weights.values())
        else:
            with open(data, "wb") as file:
                for tensor in self.weights.values():
                    model.graph.initializer.append(_moved_out(tensor, file, location or data.name))
        path.write_bytes(model.SerializeToString())


def _merge(source, destination, skip: str) -> None:
    """Copies the fields of a message but one."""
    for descriptor, value in source.ListFields():
        if descriptor.name == skip:
            continue
        if isinstance(value, (int, float, str, bytes)):
            setattr(destination, descriptor.name, value)
        elif hasattr(value, "CopyFrom"):
            getattr(destination, descriptor.name).CopyFrom(value)
        else:
            getattr(destination, descriptor.name).extend(value)


def _moved_out(tensor: TensorProto, file, location: str) -> TensorProto:
    if tensor.data_type == TensorProto.STRING or tensor.ByteSize() < EXTERNAL_BYTES:
        return tensor
    raw = tensor.raw_data or numpy_helper.from_array(numpy_helper.to_array(tensor)).raw_data
    offset = -(-file.tell() // ALIGNMENT) * ALIGNMENT
    file.seek(offset)
    file.write(raw)
    outside = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims,
                          data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(len(raw)))):
        outside.external_data.add(key=key, value=value)
    return outside


#===--- Graphs in graphs ---------------------------------------------------===#


def subgraphs(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    return [graph for attribute in node.attribute for graph in [attribute.g, *attribute.graphs]
            if attribute.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS) and graph.ByteSize()]


def graphs_of(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """The graph and those of its subgraphs."""
    yield graph
    for node in graph.node:
        for sub in subgraphs(node):
            yield from graphs_of(sub)


def all_nodes(graph: onnx.GraphProto) -> Iterable[onnx.NodeProto]:
    """Those of subgraphs too."""
    return (node for each in graphs_of(graph) for node in each.node)
