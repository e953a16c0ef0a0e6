"""From an ATen graph to ONNX: the only file that knows how (docs/decisions/008-torch-to-onnx.md)."""

from __future__ import annotations

import contextlib
import logging
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.export.graph_signature import (ExportGraphSignature, InputKind, InputSpec, OutputKind, OutputSpec,
                                          SymIntArgument, TensorArgument)
from torch.onnx._internal.exporter import _core, _fx_passes

from .decompositions import registry


@dataclass
class Program:
    """What the exporter reads of a torch.export.ExportedProgram, which itself takes a
    second trace to make."""

    graph_module: torch.fx.GraphModule
    graph_signature: ExportGraphSignature
    weights: dict[str, torch.Tensor]
    range_constraints: dict[Any, Any]
    constants: dict[str, Any]

    def named_parameters(self) -> Iterator[tuple[str, torch.Tensor]]:
        return iter(())

    def named_buffers(self) -> Iterator[tuple[str, torch.Tensor]]:
        return iter(self.weights.items())


def argument(node: torch.fx.Node) -> TensorArgument | SymIntArgument:
    is_tensor = isinstance(node.meta["val"], torch.Tensor)
    return TensorArgument(node.name) if is_tensor else SymIntArgument(node.name)


def signature(graph: torch.fx.Graph, weights: Mapping[str, torch.Tensor]) -> ExportGraphSignature:
    inputs = []
    for node in graph.find_nodes(op="placeholder"):
        kind = InputKind.BUFFER if node.name in weights else InputKind.USER_INPUT
        target = node.name if node.name in weights else None
        inputs.append(InputSpec(kind, argument(node), target, persistent=True if target else None))
    outputs = [OutputSpec(OutputKind.USER_OUTPUT, argument(node), None) for node in graph.output_node().args[0]]
    return ExportGraphSignature(inputs, outputs)


@contextlib.contextmanager
def real_constants(module: torch.fx.GraphModule) -> Iterator[None]:
    """Branches and bodies keep tensors that tracing made; the exporter reads their
    elements from what the nodes say of themselves, which is their type alone."""
    nodes = [(node, operator.attrgetter(node.target)(part)) for part in module.modules()
             if isinstance(part, torch.fx.GraphModule) for node in part.graph.find_nodes(op="get_attr")]
    before = [(node, node.meta.get("val")) for node, value in nodes if isinstance(value, torch.Tensor)]
    for node, value in nodes:
        if isinstance(value, torch.Tensor):
            node.meta["val"] = value
    try:
        yield
    finally:
        for node, value in before:
            node.meta["val"] = value


def to_onnx(module: torch.fx.GraphModule, weights: Mapping[str, torch.Tensor]) -> Any:
    """The model of a functional ATen graph, as an onnx_ir.Model.

    Each placeholder and output is a tensor or an integer, which becomes an int64 of
    rank 0; `weights` are the values of placeholders, by name, that become constants.
    The graph is changed. Raises what the exporter does for what it cannot translate.
    """
    _fx_passes.insert_type_promotion_nodes(module)
    module = _fx_passes.remove_assertion_nodes(module)
    program = Program(module, signature(module.graph, weights), {name: t.detach() for name, t in weights.items()},
                      {}, {})
    level = _core.logger.level
    _core.logger.setLevel(logging.ERROR)  # Its warnings name tensors that nobody knows.
    try:
        with real_constants(module):
            return _core._exported_program_to_onnx_program(program, registry=registry()).model
    finally:
        _core.logger.setLevel(level)
