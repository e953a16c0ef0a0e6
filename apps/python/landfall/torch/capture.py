"""Prepares an ATen graph for translation: which of its placeholders are inputs,
which are weights, and how the results of a run become those of the graph."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils import _pytree as pytree

aten = torch.ops.aten


class Refused(Exception):
    """A graph that stays in PyTorch; the text says why."""


@dataclass
class Captured:
    """module: the graph, without the placeholders that nothing reads.
    inputs: positions of the run's arguments that are its inputs.
    weights: values of its other placeholders, by name.
    frozen: positions of the arguments that are among them.
    outputs: from (arguments, results of the run) to each output of the graph.
    """

    module: torch.fx.GraphModule
    inputs: list[int]
    weights: dict[str, torch.Tensor]
    frozen: list[int]
    outputs: list[Callable[[Sequence[Any], Sequence[Any]], Any]]


# What stands for symbols where only the order of products of them matters.
PRIMES = (5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43)


def sample(tensor: torch.Tensor) -> tuple[list[int], list[int]]:
    """Sizes and strides with a prime for each symbol. Those that tracing met would not
    tell dimensions of size 1 apart."""
    extents = [*tensor.size(), *tensor.stride()]
    symbols = {s for d in extents if isinstance(d, torch.SymInt) for s in d.node.expr.free_symbols}
    values = dict(zip(sorted(symbols, key=str), itertools.cycle(PRIMES)))
    numbers = [int(d.node.expr.subs(values)) if isinstance(d, torch.SymInt) else d for d in extents]
    return numbers[:tensor.dim()], numbers[tensor.dim():]


def memory_order(tensor: torch.Tensor) -> list[int] | None:
    """The dimensions from the slowest to the fastest in memory, where the tensor is
    dense and that is not their order; otherwise None."""
    sizes, strides = sample(tensor)
    order = sorted(range(len(sizes)), key=lambda d: (-strides[d], d))
    long = [d for d in order if sizes[d] != 1]
    step = 1
    for d in reversed(long):
        if strides[d] != step:
            return None
        step *= sizes[d]
    return None if long == sorted(long) else order


def lift_constants(module: torch.fx.GraphModule) -> dict[str, torch.Tensor]:
    """Tensors that tracing made become placeholders; their values by name."""
    graph, lifted = module.graph, {}
    last = list(graph.find_nodes(op="placeholder"))
    for node in graph.find_nodes(op="get_attr"):
        value = operator.attrgetter(node.target)(module)
        if not isinstance(value, torch.Tensor):
            continue
        with graph.inserting_after(last[-1]) if last else graph.inserting_before(next(iter(graph.nodes))):
            constant = graph.placeholder(f"constant_{len(lifted)}")
        constant.meta = dict(node.meta)
        constant.meta.setdefault("val", value)
        node.replace_all_uses_with(constant)
        graph.erase_node(node)
        lifted[constant.name] = value
        last.append(constant)
    return lifted


def read_sizes_from_tensors(graph: torch.fx.Graph, tensors: Sequence[torch.fx.Node]) -> None:
    """A size that comes as an integer is read from an input that has it, so that the
    model itself says that they are equal."""
    found = {}
    for node in tensors:
        for axis, size in enumerate(node.meta["val"].shape):
            if isinstance(size, torch.SymInt) and size.node.expr.is_symbol:
                found.setdefault(size.node.expr, (node, axis))
    for node in list(graph.find_nodes(op="placeholder")):
        value = node.meta["val"]
        if not isinstance(value, torch.SymInt) or not node.users or value.node.expr not in found:
            continue
        tensor, axis = found[value.node.expr]
        last = list(graph.find_nodes(op="placeholder"))[-1]
        with graph.inserting_after(last):
            size = graph.call_function(aten.sym_size.int, (tensor, axis))
        size.meta["val"] = value
        node.replace_all_uses_with(size)


def draws(node: torch.fx.Node) -> bool:
    """Whether an operator uses random numbers: not where it drops nothing out."""
    if torch.Tag.nondeterministic_seeded not in getattr(node.target, "tags", ()):
        return False
    for position, argument in enumerate(node.target._schema.arguments):
        if argument.name in ("dropout_p", "p", "train", "training"):
            value = node.args[position] if position < len(node.args) else node.kwargs.get(
                argument.name, argument.default_value)
            if not value:
                return False
    return True


def check(graph: torch.fx.Graph) -> None:
    for node in graph.nodes:
        if node.op == "call_function" and draws(node):
            raise Refused(f"{node.target} draws from PyTorch's generator of random numbers")
        for value in pytree.tree_leaves(node.meta.get("val")):
            if isinstance(value, torch.Tensor) and (value.device.type != "cpu" or value.layout != torch.strided):
                raise Refused(f"{node.name} is a {value.layout} tensor on {value.device}")


def permuted(graph: torch.fx.Graph, node: torch.fx.Node, order: list[int]) -> torch.fx.Node:
    with graph.inserting_before(graph.output_node()):
        result = graph.call_function(aten.permute.default, (node, order))
    result.meta["val"] = node.meta["val"].permute(order)
    return result


class Outputs:
    """Which results the model has to give, each once, and what is made of them."""

    def __init__(self, graph: torch.fx.Graph, positions: Mapping[str, int]) -> None:
        self.graph, self.positions = graph, positions
        self.results: list[torch.fx.Node] = []
        self.places: dict[torch.fx.Node, int] = {}

    def plan(self, value: Any) -> Callable[[Sequence[Any], Sequence[Any]], Any]:
        if not isinstance(value, torch.fx.Node):
            return lambda arguments, results: value
        if value.op == "placeholder" and value.name in self.positions:
            position = self.positions[value.name]
            return lambda arguments, results: arguments[position]
        if not isinstance(value.meta["val"], torch.Tensor):
            place = self.place(value)
            return lambda arguments, results: results[place].item()
        order = memory_order(value.meta["val"])
        if order is None:
            place = self.place(value)
            return lambda arguments, results: results[place]
        # PyTorch's code may count on the strides that it saw: the model gives the
        # elements in that order.
        place = self.place(value, order)
        back = [order.index(d) for d in range(len(order))]
        return lambda arguments, results: results[place].permute(back)

    def place(self, node: torch.fx.Node, order: list[int] | None = None) -> int:
        if node not in self.places:
            self.places[node] = len(self.results)
            self.results.append(node if order is None else permuted(self.graph, node, order))
        return self.places[node]


def copied(module: torch.fx.GraphModule) -> torch.fx.GraphModule:
    graph = torch.fx.Graph()
    graph.output(graph.graph_copy(module.graph, {}))
    return torch.fx.GraphModule(module, graph)


def prepare(module: torch.fx.GraphModule, weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Checks and rewrites a graph in place. Gives the values of all placeholders, by name,
    that are no inputs: `weights`, and constants of the graph's own."""
    check(module.graph)
    placeholders = list(module.graph.find_nodes(op="placeholder"))
    values = dict(weights) | lift_constants(module)
    read_sizes_from_tensors(module.graph, [node for node in placeholders if node.name not in weights
                                           and isinstance(node.meta["val"], torch.Tensor)])
    return values


def give(module: torch.fx.GraphModule, results: Sequence[torch.fx.Node]) -> list[str]:
    """Makes these the outputs of the graph and drops what they do not need. Gives the
    names of the placeholders that are left."""
    graph = module.graph
    graph.output_node().args = (tuple(results),)
    graph.eliminate_dead_code()
    for node in graph.find_nodes(op="placeholder"):
        if not node.users:
            graph.erase_node(node)
    module.recompile()
    return [node.name for node in graph.find_nodes(op="placeholder")]


def capture(module: torch.fx.GraphModule, weights: Mapping[int, torch.Tensor]) -> Captured:
    """`weights`: values, by position, of placeholders that become constants. The
    graph is copied. Raises Refused."""
    module = copied(module)
    placeholders = list(module.graph.find_nodes(op="placeholder"))
    positions = {node.name: k for k, node in enumerate(placeholders)}
    frozen = {placeholders[k].name: value for k, value in weights.items()}
    values = prepare(module, frozen)
    planner = Outputs(module.graph, positions)
    outputs = [planner.plan(value) for value in module.graph.output_node().args[0]]
    if not planner.results:
        raise Refused("it computes no output")
    names = give(module, planner.results)
    return Captured(module, [positions[name] for name in names if name not in values],
                    {name: values[name] for name in names if name in values},
                    [positions[name] for name in names if name in frozen], outputs)
