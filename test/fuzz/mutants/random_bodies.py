"""Makers of random nodes: sequences, If, Loop and Scan."""

import numpy as np
from onnx import helper

from mutants.mutant import declared, untyped
from mutants.random_graphs import makers_list

MAKERS, maker = makers_list()


@maker(1)
def sequence(b):
    name = b.tensor("fi", low=1)
    value = b.values[name]
    other = b.tensor(value.dtype.kind, fits=lambda o: o.dtype == value.dtype and o.ndim == value.ndim)
    boxes = b.add("SequenceConstruct", [name, other]) if other and b.chance(0.5) else b.add(
        "SplitToSequence", [name], axis=b.axis(value), keepdims=b.rng.randrange(2))
    if boxes is None:
        return
    if b.chance(0.3):
        boxes = b.add("SequenceInsert", [boxes[0], name]) or boxes
    if b.chance(0.5):
        b.add("SequenceAt", [boxes[0], b.leaf(np.array(b.rng.choice([0, -1])))])
    else:
        b.add("ConcatFromSequence", boxes, axis=b.rng.choice([0, -1]), new_axis=b.rng.randrange(2))


def inner(b, nodes, outputs, inputs=()):
    return helper.make_graph(nodes, b.fresh("body"), [declared(name, value, [None] * value.ndim) for name, value in inputs],
                             [untyped(name) for name in outputs])


@maker(1)
def choice(b):
    """An If whose branches compute different things of one value."""
    name = b.tensor("f")
    condition = b.leaf(np.array(b.chance(0.5)))
    graphs = []
    for _ in range(2):
        result = b.fresh("r")
        graphs.append(inner(b, [helper.make_node(b.rng.choice(["Relu", "Neg", "Tanh", "Abs"]), [name], [result])],
                            [result]))
    node = helper.make_node("If", [condition], [b.fresh("if")], b.fresh("n"), then_branch=graphs[0],
                            else_branch=graphs[1])
    b.add_node(node, [name])


@maker(1)
def loop(b):
    """A Loop that carries one value, reads another and collects results."""
    name = b.tensor("f", high=3)
    other = b.like(name)
    if np.broadcast_shapes(b.values[name].shape, b.values[other].shape) != b.values[name].shape:
        other = name
    k, c, v, w, d, s = (b.fresh(base) for base in ("i", "c", "v", "w", "d", "s"))
    op = b.rng.choice(["Add", "Sub", "Max", "Min"])
    nodes = [helper.make_node(op, [v, other], [w]), helper.make_node("Identity", [c], [d]),
             helper.make_node("Tanh", [w], [s])]
    body = inner(b, nodes, [d, w, s], [(k, np.array(0)), (c, np.array(True)), (v, b.values[name])])
    count = b.leaf(np.array(b.rng.choice([0, 1, 1, 1, 2, 2, 2, 3, 5])))
    node = helper.make_node("Loop", [count, b.leaf(np.array(True), constant=True), name],
                            [b.fresh("loop"), b.fresh("loop")], b.fresh("n"), body=body)
    b.add_node(node, [other])


@maker(1)
def scan(b):
    name = b.tensor("f", low=2, high=4, fits=lambda v: v.size)
    if name is None:
        return
    value = b.values[name]
    state = b.leaf(np.zeros(value.shape[1:], value.dtype))
    v, x, w, s = (b.fresh(base) for base in ("v", "x", "w", "s"))
    nodes = [helper.make_node(b.rng.choice(["Add", "Max"]), [v, x], [w]), helper.make_node("Sigmoid", [w], [s])]
    body = inner(b, nodes, [w, s], [(v, value[0]), (x, value[0])])
    b.add_node(helper.make_node("Scan", [state, name], [b.fresh("scan"), b.fresh("scan")], b.fresh("n"), body=body,
                                num_scan_inputs=1, scan_input_directions=[b.rng.randrange(2)]))
