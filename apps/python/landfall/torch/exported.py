"""A whole module as a model that runs without PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx.experimental import _config as shapes
from torch.utils import _pytree as pytree

import landfall

from .capture import Refused, give, prepare
from .decompositions import table
from .engine import Engine
from .onnx_graph import to_onnx
from .resampling import kept_whole
from .settings import Settings

aten = torch.ops.aten


def all_free(arguments: Any) -> torch.export.ShapesCollection:
    """Every dimension of every tensor may be free, where the module's code allows it."""
    collection = torch.export.ShapesCollection()
    for tensor in pytree.tree_leaves(arguments):
        if isinstance(tensor, torch.Tensor) and tensor.dim():
            collection[tensor] = {axis: torch.export.Dim.AUTO for axis in range(tensor.dim())}
    return collection


def export(module: torch.nn.Module, example_inputs: Sequence[Any] | Mapping[str, Any],
           dynamic_shapes: Any) -> torch.export.ExportedProgram:
    by_name = isinstance(example_inputs, Mapping)
    arguments = () if by_name else tuple(example_inputs)
    named = dict(example_inputs) if by_name else {}
    if dynamic_shapes is None:
        dynamic_shapes = all_free((arguments, named))
    # Sizes 0 and 1 of the examples are no constants.
    with torch.no_grad(), shapes.patch(backed_size_oblivious=True), kept_whole():
        program = torch.export.export(module, arguments, named, dynamic_shapes=dynamic_shapes, strict=False)
        return program.run_decompositions(table())


def value_of(program: torch.export.ExportedProgram, target: str) -> torch.Tensor:
    if target in program.state_dict:
        return program.state_dict[target]
    return program.constants[target]


def output_names(program: torch.export.ExportedProgram) -> list[str]:
    """What leads to each output in what the module returns: "logits", "cache.0.key"."""
    spec = program.call_spec.out_spec
    whole = pytree.tree_unflatten(range(spec.num_leaves), spec)
    names = []
    for path, _ in pytree.tree_flatten_with_path(whole)[0]:
        words = [str(getattr(key, "key", getattr(key, "idx", getattr(key, "name", key)))) for key in path]
        is_plain = all(word.isdigit() for word in words)
        names.append("_".join(["output", *words]) if is_plain else ".".join(words))
    return names


def to_model(program: torch.export.ExportedProgram) -> Any:
    """An onnx_ir.Model with the names of forward's parameters and of what it returns."""
    signature = program.graph_signature
    if any(spec.kind not in (OutputKind.USER_OUTPUT,) for spec in signature.output_specs):
        raise Refused("the module changes its buffers or inputs, which a model cannot")
    module, graph = program.graph_module, program.graph_module.graph
    weights = {spec.arg.name: value_of(program, spec.target) for spec in signature.input_specs
               if spec.kind in (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)}
    values = prepare(module, weights)
    results, names = [], []
    for value, name in zip(graph.output_node().args[0], output_names(program), strict=True):
        if not isinstance(value, torch.fx.Node):
            continue  # None, or a number that is always the same.
        if value.op == "placeholder" or value in results:
            with graph.inserting_before(graph.output_node()):
                copy = graph.call_function(aten.clone.default, (value,))
            copy.meta["val"], value = value.meta["val"], copy
        results.append(value)
        names.append(name)
    left = give(module, results)
    model = to_onnx(module, {name: values[name] for name in left if name in values})
    for output, name in zip(model.graph.outputs, names, strict=True):
        output.name = name
    return model


def from_torch(module: torch.nn.Module, example_inputs: Sequence[Any] | Mapping[str, Any],
               dynamic_shapes: Any = None, *, device: str = "cpu", **options: Any) -> landfall.Model:
    """landfall.from_torch, which says what it does."""
    try:
        model = to_model(export(module, example_inputs, dynamic_shapes))
    except Refused as refusal:
        raise landfall.Error("unsupported", str(refusal)) from None
    return Engine(model, Settings(device, compiler=options)).model
