"""The backend of torch.compile: graphs of Dynamo through AOTAutograd to artefacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch._dynamo.exc import TorchDynamoException
from torch._functorch.aot_autograd import aot_module_simplified
from torch._guards import TracingContext
from torch._subclasses.fake_tensor import unset_fake_temporarily

from .artefact import Artefact
from .breaks import tell_one
from .capture import Refused
from .decompositions import table
from .report import reason, statistics, stays_in_pytorch
from .resampling import kept_whole
from .settings import Settings
from .weights import may_freeze


def backend(graph: torch.fx.GraphModule, example_inputs: Sequence[Any], *, options: Mapping[str, Any] | None = None,
            mode: str | None = None, name: str | None = None) -> Callable[..., Any]:
    """What torch.compile(..., backend="landfall") calls for each graph. `options` are
    those of Settings; `mode` and `name` change nothing."""
    settings = Settings.of(options)
    tell_one(getattr(graph, "compile_subgraph_reason", None))
    try:
        check(graph, example_inputs)
        run = compiled(graph, example_inputs, settings)
    except TorchDynamoException:
        raise  # Dynamo's own signals, to trace again in another way.
    except Exception as error:
        if not settings.fallback:
            raise
        stays_in_pytorch(reason(error))
        run = graph.forward
    statistics.graphs += 1
    return run


def check(graph: torch.fx.GraphModule, example_inputs: Sequence[Any]) -> None:
    """Refuses what needs no look at the operators."""
    if not graph.graph.output_node().args[0]:
        raise Refused("it has no outputs")
    if torch.is_grad_enabled() and any(isinstance(value, torch.Tensor) and value.requires_grad
                                       for value in example_inputs):
        raise Refused("gradients are recorded; call the model under torch.no_grad() or torch.inference_mode()")


def weights_of(graph: torch.fx.GraphModule, example_inputs: Sequence[Any]) -> dict[int, torch.Tensor]:
    """Parameters and buffers among the inputs, by position."""
    weights = {}
    for position, node in enumerate(graph.graph.find_nodes(op="placeholder")):
        value = example_inputs[position]
        is_weight = isinstance(value, torch.nn.Parameter) or "ParamBufferSource" in str(
            getattr(node, "_dynamo_source", ""))
        if is_weight and may_freeze(value):
            weights[position] = value
    return weights


def written_inputs(count: int) -> set[int]:
    """Positions of the inputs that the graph changes in place; all if that is not known."""
    context = TracingContext.try_get()
    metadata = context and context.fw_metadata
    return set(metadata.mutated_inp_runtime_indices) if metadata else set(range(count))


def compiled(graph: torch.fx.GraphModule, example_inputs: Sequence[Any], settings: Settings) -> Callable[..., Any]:
    weights = weights_of(graph, example_inputs) if settings.weights == "freeze" else {}

    def compile_graph(aten: torch.fx.GraphModule, fakes: Sequence[Any]) -> Callable[..., Any]:
        kept = weights
        if len(fakes) != len(example_inputs):
            kept = {}  # AOTAutograd has merged inputs that overlap.
        written = written_inputs(len(fakes))
        with unset_fake_temporarily():
            return Artefact(aten, {k: value for k, value in kept.items() if k not in written}, settings)

    with statistics.timed("capture"), kept_whole():
        return aot_module_simplified(graph, list(example_inputs), fw_compiler=compile_graph,
                                     inference_compiler=compile_graph, decompositions=table())
