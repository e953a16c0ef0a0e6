"""Mutations of structure: bodies of If, Loop and Scan, functions, opsets, outputs, parts.

As in size_changes.py, a mutation returns True if it changed the mutant.
"""

import numpy as np
import onnx
import onnx.version_converter
from onnx import helper

from mutants.mutant import all_nodes, declared, free_names, subgraphs, untyped

MUTATIONS = []
DOMAIN = "local"


def mutation(function):
    MUTATIONS.append(function)
    return function


def copied(node, suffix=""):
    """A copy; with a suffix its results, and those inside, have other names."""
    copy = onnx.NodeProto.FromString(node.SerializeToString())
    copy.name += suffix
    copy.output[:] = [name + suffix if name else "" for name in copy.output]
    for graph in subgraphs(copy) if suffix else []:
        add_suffix(graph, suffix)
    return copy


def add_suffix(graph, suffix):
    own = {value.name for value in graph.input} | {t.name for t in graph.initializer}
    own |= {name for node in graph.node for name in node.output}
    for value in (*graph.input, *graph.initializer, *graph.output):
        value.name += suffix if value.name in own else ""
    for node in all_nodes(graph):
        for names in (node.input, node.output):
            names[:] = [name + suffix if name in own else name for name in names]


def segment(m, rng, most=6):
    """Positions of a few consecutive nodes, and the names of what others read of theirs."""
    count = rng.randint(1, min(most, m.size()))
    begin = rng.randrange(m.size() - count + 1)
    positions = range(begin, begin + count)
    made = [name for p in positions for name in m.graph.node[p].output if name]
    outside = set(m.outputs()) | {name for p, node in enumerate(m.graph.node) if p not in positions
                                  for name in free_names(node)}
    return positions, [name for name in made if name in outside]


def replace_segment(m, positions, nodes):
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in m.graph.node]
    kept[positions[0]:positions[-1] + 1] = nodes
    del m.graph.node[:]
    m.graph.node.extend(kept)


#===--- Bodies ------------------------------------------------------------===#


@mutation
def into_if(m, rng):
    """Some nodes become the branches of an If: both compute them."""
    positions, results = segment(m, rng)
    if not results:
        return False
    suffixes = [f"_{m.fresh('then')}", f"_{m.fresh('else')}"]
    graphs = []
    for suffix in suffixes:
        nodes = [m.graph.node[p] for p in positions]
        graph = helper.make_graph([copied(node) for node in nodes], f"branch{suffix}", [],
                                  [untyped(name) for name in results])
        add_suffix(graph, suffix)
        graphs.append(graph)
    if rng.random() < 0.5:
        condition = m.constant(np.array(rng.random() < 0.5))
    else:
        condition = m.fresh("cond")
        m.feeds[condition] = np.array(rng.random() < 0.5)
        m.graph.input.append(declared(condition, m.feeds[condition]))
    replace_segment(m, positions, [helper.make_node("If", [condition], results, m.fresh("if_"), then_branch=graphs[0],
                                                    else_branch=graphs[1])])
    return True


@mutation
def into_loop(m, rng):
    """Some nodes become a Loop's body; the results of one step are taken."""
    positions, results = segment(m, rng)
    values = m.values() or {}
    if not results or not all(isinstance(values.get(name), np.ndarray) for name in results):
        return False
    base = m.fresh("loop")
    nodes = [copied(m.graph.node[p]) for p in positions]
    nodes.append(helper.make_node("Identity", [f"{base}c"], [f"{base}d"]))
    graph = helper.make_graph(nodes, f"{base}body", [declared(f"{base}i", np.array(0)),
                                                     declared(f"{base}c", np.array(True))],
                              [untyped(name) for name in (f"{base}d", *results)])
    add_suffix(graph, f"_{base}")
    steps = rng.choice([1, 1, 2, 3])
    count = m.constant(np.array(steps))
    if rng.random() < 0.3:
        m.drop_constant(count)
        m.feeds[count] = np.array(steps)
        m.graph.input.append(declared(count, m.feeds[count]))
    at = m.constant(np.array(rng.choice([0, -1])))
    loop = helper.make_node("Loop", [count, m.constant(np.array(True))], [f"{name}_{base}s" for name in results], base,
                            body=graph)
    taken = [helper.make_node("Gather", [f"{name}_{base}s", at], [name], axis=0) for name in results]
    replace_segment(m, positions, [loop, *taken])
    return True


@mutation
def into_scan(m, rng):
    """A node that computes element by element is scanned over its first axis."""
    arrays = m.arrays()
    found = [node for node in m.graph.node if len(node.input) == 1 and len(node.output) == 1 and not node.domain
             and node.input[0] in arrays and node.output[0] in arrays and arrays[node.input[0]].ndim
             and arrays[node.input[0]].shape[0] and arrays[node.input[0]].shape == arrays[node.output[0]].shape]
    if not found:
        return False
    node = rng.choice(found)
    base = m.fresh("scan")
    inner = copied(node, f"_{base}")
    inner.input[0] = f"{base}x"
    body = helper.make_graph([inner], f"{base}body", [declared(f"{base}x", arrays[node.input[0]][0])],
                             [untyped(inner.output[0])])
    m.replace(m.position(node), [helper.make_node("Scan", [node.input[0]], list(node.output), base, body=body,
                                                  num_scan_inputs=1)])
    return True


@mutation
def into_function(m, rng):
    """Some nodes become a function of the model."""
    positions, results = segment(m, rng)
    nodes = [copied(m.graph.node[p]) for p in positions]
    if not results:
        return False
    made = {name for node in nodes for name in node.output}
    operands = sorted({name for node in nodes for name in free_names(node)} - made)
    name = f"F{len(m.model.functions)}"
    if all(entry.domain != DOMAIN for entry in m.model.opset_import):
        m.model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    m.model.functions.append(helper.make_function(DOMAIN, name, operands, results, nodes, m.model.opset_import))
    m.model.ir_version = max(m.model.ir_version, 8)
    replace_segment(m, positions, [helper.make_node(name, operands, results, m.fresh("call"), domain=DOMAIN)])
    return True


@mutation
def call_twice(m, rng):
    """A function's node once more."""
    calls = [node for node in m.graph.node if node.domain == DOMAIN]
    if not calls:
        return False
    node = rng.choice(calls)
    copy = copied(node, f"_{m.fresh('again')}")
    m.insert(m.position(node) + 1, [copy])
    m.graph.output.extend(untyped(name) for name in copy.output)
    return True


#===--- The whole ---------------------------------------------------------===#


@mutation
def convert_opset(m, rng):
    if m.model.functions or any(entry.domain not in ("", "ai.onnx") for entry in m.model.opset_import):
        kept = [entry for entry in m.model.opset_import if entry.domain in ("", "ai.onnx")]
        if m.model.functions or any(node.domain for node in all_nodes(m.graph)):
            return False
        del m.model.opset_import[:]
        m.model.opset_import.extend(kept)
    typed = m.copy()
    for output in typed.graph.output:
        if not isinstance((m.values() or {}).get(output.name), np.ndarray):
            return False
        output.CopyFrom(declared(output.name, m.values()[output.name], [None] * m.values()[output.name].ndim))
    try:
        converted = onnx.version_converter.convert_version(typed.model, rng.randint(max(7, m.opset - 5), 24))
    except Exception:  # It refuses in many ways.
        return False
    m.model.CopyFrom(converted)
    m.forget_types()
    m.model.ir_version = min(m.model.ir_version, 10)
    return True


@mutation
def declare_opset(m, rng):
    """The number alone: nodes mean what the other version says."""
    for entry in m.model.opset_import:
        if entry.domain in ("", "ai.onnx"):
            entry.version = min(24, max(7, entry.version + rng.choice([-3, -2, -1, 1, 2, 3])))
    return True


@mutation
def more_outputs(m, rng):
    known = set(m.outputs())
    found = [name for node in m.graph.node for name in node.output if name and name not in known]
    if not found:
        return False
    m.graph.output.extend(untyped(name) for name in rng.sample(found, rng.randint(1, min(4, len(found)))))
    return True


@mutation
def fewer_outputs(m, rng):
    if len(m.graph.output) < 2:
        return False
    m.set_outputs(rng.sample(m.outputs(), rng.randint(1, len(m.graph.output) - 1)))
    m.prune()
    return True


@mutation
def extract(m, rng):
    """A connected part; what it reads is fed."""
    values = m.values()
    if not values or m.size() < 3:
        return False
    end = rng.randrange(m.size())
    begin = rng.randrange(end + 1)
    try:
        part = m.part(set(range(begin, end + 1)), values)
    except KeyError:
        return False
    m.model.CopyFrom(part.model)
    m.feeds = part.feeds
    return True


@mutation
def typed_outputs(m, rng):
    """Outputs are declared with their types and shapes, or a name for each extent."""
    values = m.values() or {}
    for output in m.graph.output:
        value = values.get(output.name)
        if isinstance(value, np.ndarray):
            dims = [extent if rng.random() < 0.5 else f"{output.name}_{k}" for k, extent in enumerate(value.shape)]
            output.CopyFrom(declared(output.name, value, dims))
    return True


@mutation
def join_with_itself(m, rng):
    """Two results of one type and shape are added."""
    arrays = m.arrays()
    groups = {}
    for node in m.graph.node:
        for name in node.output:
            if name in arrays and arrays[name].dtype.kind in "fi":
                groups.setdefault((arrays[name].dtype, arrays[name].shape), []).append(name)
    groups = [names for names in groups.values() if len(names) > 1]
    if not groups:
        return False
    operands = rng.sample(rng.choice(groups), 2)
    result = m.fresh("sum")
    m.graph.node.append(helper.make_node(rng.choice(["Add", "Mul", "Max", "Concat"]), operands, [result], result))
    if m.graph.node[-1].op_type == "Concat":
        m.graph.node[-1].attribute.append(helper.make_attribute("axis", 0))
    m.graph.output.append(untyped(result))
    return True
