"""Bodies of If, Loop and Scan as nodes of the main graph, once for each time that they run.

The judge compares the nodes of the main graph one by one, and cannot do so inside
of a body. Which branch runs, and how often a body does, is what the rival says.
"""

import numpy as np
import onnx
from onnx import helper

from mutants.mutant import captured, subgraphs, untyped

MOST_NODES = 1000


def opened(mutant):
    """A copy without If, Loop and Scan in its main graph; None if there is none, or one that cannot be opened."""
    copy, count = mutant.copy(), 0
    while (position := first_body(copy)) is not None:
        node = copy.graph.node[position]
        values = copy.values()
        runs = values and OPENERS[node.op_type](Bodies(copy, f"_open{count}"), node, values)
        if not runs or copy.size() + len(runs) > MOST_NODES:
            return None
        copy.replace(position, runs)
        copy.known, count = None, count + 1
    return copy if count else None


def first_body(mutant):
    return next((k for k, node in enumerate(mutant.graph.node) if node.op_type in OPENERS and not node.domain), None)


def identity(name, result):
    return helper.make_node("Identity", [name], [result])


class Bodies:
    """Copies of bodies' nodes; `nodes` are those that were made."""

    def __init__(self, mutant, suffix):
        self.mutant, self.suffix, self.count, self.nodes = mutant, suffix, 0, []

    def run(self, body, operands):
        """The names of the results of a run on operands of these names."""
        suffix = f"{self.suffix}_{self.count}"
        self.count += 1
        renamed = dict(zip((value.name for value in body.input), operands))
        renamed |= {tensor.name: tensor.name + suffix for tensor in body.initializer}
        renamed |= {name: name + suffix for node in body.node for name in node.output if name}
        for tensor in body.initializer:
            self.mutant.graph.initializer.add().CopyFrom(tensor)
            self.mutant.graph.initializer[-1].name += suffix
        for node in body.node:
            self.nodes.append(onnx.NodeProto.FromString(node.SerializeToString()))
            rename(self.nodes[-1], renamed)
        return [renamed.get(value.name, value.name) for value in body.output]

    def joined(self, names, result, axis):
        """The tensors of these names, stacked along a new axis."""
        rows = [f"{result}{self.suffix}_row{k}" for k in range(len(names))]
        for name, row in zip(names, rows):
            if self.mutant.opset < 13:
                self.nodes.append(helper.make_node("Unsqueeze", [name], [row], axes=[axis]))
            else:
                self.nodes.append(helper.make_node("Unsqueeze", [name, self.number(axis, (1,))], [row]))
        self.nodes.append(helper.make_node("Concat", rows, [result], axis=axis))

    def number(self, value, shape=()):
        return self.mutant.constant(np.full(shape, value, np.int64))

    def named(self, names, results):
        self.nodes += [identity(name, result) for name, result in zip(names, results) if result]


def rename(node, renamed):
    for names in (node.input, node.output):
        names[:] = [renamed.get(name, name) for name in names]
    for graph in subgraphs(node):
        inside = {name: renamed[name] for name in captured(graph) if name in renamed}
        for value in graph.output:
            value.name = inside.get(value.name, value.name)
        for inner in graph.node:
            rename(inner, inside)


#===--- One operator each: the nodes that stand for a node, or None -------===#


def open_if(bodies, node, values):
    branches = {attribute.name: attribute.g for attribute in node.attribute}
    taken = "then_branch" if values[node.input[0]].item() else "else_branch"
    bodies.named(bodies.run(branches[taken], []), node.output)
    return bodies.nodes


def open_loop(bodies, node, values):
    body, states = node.attribute[0].g, list(node.input[2:])
    count = iterations(bodies.mutant, node, values)
    go = node.input[1] if len(node.input) > 1 and node.input[1] else bodies.mutant.constant(np.array(True))
    collected = []
    for k in range(count or 0):
        go, *results = bodies.run(body, [bodies.number(k), go, *states])
        states = results[:len(states)]
        collected.append(results[len(states):])
    bodies.named(states, node.output)
    for names, result in zip(zip(*collected), node.output[len(states):]):
        if result:
            bodies.joined(names, result, 0)
    return bodies.nodes if count else None


def iterations(mutant, node, values):
    """How often the rival runs the Loop's body; None if it does not say."""
    alone = mutant.part({mutant.position(node)}, values, [])
    loop, name = alone.graph.node[0], mutant.fresh("number")
    body = loop.attribute[0].g
    body.node.append(identity(body.input[0].name, name))
    body.output.append(untyped(name))
    while len(loop.output) < len(body.output) - 2:
        loop.output.append("")
    loop.output.append(name)
    alone.set_outputs([name])
    numbers = (alone.values() or {}).get(name)
    return None if numbers is None else len(numbers)


def open_scan(bodies, node, values):
    given = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    body, count = given["body"], given["num_scan_inputs"]
    if bodies.mutant.opset < 9:  # Its first operand is another.
        return None
    states, scanned = list(node.input[:-count]), node.input[-count:]
    results = len(body.output) - len(states)
    axes = given.get("scan_input_axes", [0] * count)
    backward = given.get("scan_input_directions", [0] * count)
    length = values[scanned[0]].shape[axes[0]]
    collected = []
    for k in range(length):
        rows = []
        for name, axis, turned in zip(scanned, axes, backward):
            rows.append(f"{name}{bodies.suffix}_at{k}_{len(rows)}")
            at = bodies.number(length - 1 - k if turned else k)
            bodies.nodes.append(helper.make_node("Gather", [name, at], [rows[-1]], axis=axis))
        outputs = bodies.run(body, [*states, *rows])
        states = outputs[:len(states)]
        collected.append(outputs[len(states):])
    bodies.named(states, node.output)
    axes = given.get("scan_output_axes", [0] * results)
    backward = given.get("scan_output_directions", [0] * results)
    for names, result, axis, turned in zip(zip(*collected), node.output[len(states):], axes, backward):
        if result:
            bodies.joined(names[::-1] if turned else names, result, axis)
    return bodies.nodes if length else None


OPENERS = {"If": open_if, "Loop": open_loop, "Scan": open_scan}
