"""Mutations of nodes: inserted, swapped, decomposed, doubled, left out.

As in size_changes.py, a mutation returns True if it changed the mutant. Those that
should keep the results and those that change them stand side by side: the rival
computes both.
"""

import numpy as np
import onnx
import onnx.inliner
import onnx.shape_inference
from onnx import TensorProto, helper, numpy_helper

from mutants.mutant import all_nodes, rename_uses, untyped
from mutants.random_graphs import random_array

MUTATIONS = []
SWAPS = [["Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "PRelu", "Mean", "Sum"],
         ["Relu", "Sigmoid", "Tanh", "Neg", "Abs", "Exp", "Erf", "Softplus", "HardSwish", "Identity", "Floor", "Sqrt",
          "Softsign", "Sin", "Round", "Ceil", "Sign", "Log", "Reciprocal", "Elu", "LeakyRelu", "Mish", "HardSigmoid"],
         ["Softmax", "LogSoftmax", "Hardmax"], ["ArgMax", "ArgMin"],
         ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSumExp",
          "ReduceSumSquare"],
         ["MaxPool", "AveragePool", "LpPool"], ["GlobalAveragePool", "GlobalMaxPool"],
         ["Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Equal"], ["And", "Or", "Xor"],
         ["DepthToSpace", "SpaceToDepth"], ["Squeeze", "Unsqueeze", "ReduceSum"], ["Conv", "ConvTranspose"],
         ["Reshape", "Expand", "Tile"], ["RNN", "GRU", "LSTM"], ["Gather", "GatherElements", "GatherND"],
         ["BitwiseAnd", "BitwiseOr", "BitwiseXor"], ["CumSum", "ReduceSum"]]
COMMUTATIVE = {"Add", "Mul", "Max", "Min", "And", "Or", "Xor", "Equal", "Sum", "Mean"}


def mutation(function):
    MUTATIONS.append(function)
    return function


def results(m, kinds="fiub", low=0):
    """Names of arrays that some node of the main graph reads or makes."""
    constants = m.constants()
    return [name for name, value in m.arrays().items()
            if value.dtype.kind in kinds and value.ndim >= low and name not in constants]


def insert_after(m, name, make):
    """What reads `name` reads the result of nodes that `make(source)` gives: [nodes], result."""
    position = next((p + 1 for p, node in enumerate(m.graph.node) if name in node.output), 0)
    nodes, result = make(name)
    rename_uses(m.graph, name, result)
    if name in m.outputs() and position:
        m.set_outputs([result if output == name else output for output in m.outputs()])
    m.insert(position, nodes)
    return True


def chain(m, name, *steps):
    """Nodes one after the other: each step is (op, further operands, attributes)."""
    nodes, result = [], name
    taken = m.fresh("q")
    for k, (op, operands, attributes) in enumerate(steps):
        nodes.append(helper.make_node(op, [result, *operands], [f"{taken}_{k}"], f"{taken}_n{k}", **attributes))
        result = f"{taken}_{k}"
    return nodes, result


#===--- Inserted ----------------------------------------------------------===#


@mutation
def insert_cast(m, rng):
    found = results(m, "f")
    if not found:
        return False
    name = rng.choice(found)
    back = helper.np_dtype_to_tensor_dtype(m.arrays()[name].dtype)
    to = rng.choice([TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16,
                     TensorProto.BOOL, TensorProto.FLOAT])
    return insert_after(m, name, lambda x: chain(m, x, ("Cast", [], {"to": to}), ("Cast", [], {"to": back})))


@mutation
def insert_unary(m, rng):
    found = results(m, "f")
    if not found:
        return False
    op = rng.choice(["Neg", "Relu", "Identity", "Abs", "Tanh", "Sigmoid", "Exp", "Erf", "Softplus", "HardSwish",
                     "Sin", "Floor", "Sign", "Round", "Reciprocal", "Sqrt", "Elu", "Dropout"])
    return insert_after(m, rng.choice(found), lambda x: chain(m, x, (op, [], {})))


@mutation
def insert_binary(m, rng):
    """With a scalar, a constant that broadcasts, or the value itself."""
    found = results(m, "fi")
    if not found:
        return False
    name = rng.choice(found)
    value = m.arrays()[name]
    shape = [extent if rng.random() < 0.6 else 1 for extent in value.shape][rng.randint(0, value.ndim):]
    other = name if rng.random() < 0.2 else m.constant(random_array(rng, value.dtype, shape))
    op = rng.choice(["Add", "Sub", "Mul", "Max", "Min"])
    return insert_after(m, name, lambda x: chain(m, x, (op, [other], {})))


@mutation
def insert_movement(m, rng):
    """Pairs of movements that undo each other, and movements that do nothing."""
    found = results(m, "fiub", low=1)
    if not found:
        return False
    name = rng.choice(found)
    value = m.arrays()[name]
    rank = value.ndim
    perm = list(range(rank))
    rng.shuffle(perm)
    zeros = m.constant(np.zeros(2 * rank, np.int64))
    last = m.constant(np.array([rank], np.int64))
    start = m.constant(np.array([0], np.int64))
    end = m.constant(np.array([1 << 40], np.int64))
    flat = m.constant(np.array([-1], np.int64))
    shape = m.constant(np.array(value.shape, np.int64))
    empty = m.constant(np.zeros((0, *value.shape[1:]), value.dtype))
    ways = [[("Transpose", [], {"perm": perm}), ("Transpose", [], {"perm": [perm.index(k) for k in range(rank)]})],
            [("Unsqueeze", [last], {}), ("Squeeze", [last], {})], [("Slice", [start, end], {})],
            [("Reshape", [flat], {}), ("Reshape", [shape], {})], [("Pad", [zeros], {})],
            [("Expand", [shape], {})], [("Concat", [empty], {"axis": 0})], [("Flatten", [], {}), ("Reshape", [shape], {})]]
    return insert_after(m, name, lambda x: chain(m, x, *rng.choice(ways)))


@mutation
def insert_own_shape(m, rng):
    """A Reshape or Expand to the value's own shape, computed."""
    found = results(m, low=1)
    if not found:
        return False

    def make(x):
        base = m.fresh("q")
        return [helper.make_node("Shape", [x], [f"{base}s"]),
                helper.make_node(rng.choice(["Reshape", "Expand"]), [x, f"{base}s"], [f"{base}r"])], f"{base}r"

    return insert_after(m, rng.choice(found), make)


@mutation
def insert_quantization(m, rng):
    found = [name for name in results(m, "f") if m.arrays()[name].dtype == np.float32]
    if not found:
        return False
    scale = m.constant(np.array(rng.choice([0.01, 0.1, 1.0]), np.float32))
    zero = m.constant(np.array(rng.choice([0, 3, 100]), rng.choice([np.uint8, np.int8])))
    return insert_after(m, rng.choice(found), lambda x: chain(m, x, ("QuantizeLinear", [scale, zero], {}),
                                                              ("DequantizeLinear", [scale, zero], {})))


@mutation
def insert_sequence(m, rng):
    """The value goes through a sequence."""
    found = results(m, "fi")
    if not found:
        return False
    at = m.constant(np.array(rng.choice([0, -1, 1])))

    def make(x):
        base = m.fresh("q")
        return [helper.make_node("SequenceConstruct", [x, x], [f"{base}s"]),
                helper.make_node("SequenceAt", [f"{base}s", at], [f"{base}r"])], f"{base}r"

    return insert_after(m, rng.choice(found), make)


#===--- Exchanged ---------------------------------------------------------===#


@mutation
def swap_operator(m, rng):
    """Another operator with the same operands, in subgraphs too."""
    found = [(node, group) for node in all_nodes(m.graph) for group in SWAPS if node.op_type in group]
    if not found:
        return False
    node, group = rng.choice(found)
    node.op_type = rng.choice([op for op in group if op != node.op_type])
    try:
        known = onnx.defs.get_schema(node.op_type, m.opset, node.domain).attributes
    except onnx.defs.SchemaError:
        return True
    for attribute in [a for a in node.attribute if a.name not in known]:
        node.attribute.remove(attribute)
    return True


@mutation
def swap_operands(m, rng):
    """Of a commutative operator, or of another."""
    found = [node for node in all_nodes(m.graph) if len(node.input) > 1 and node.input[0] and node.input[1]]
    found = [node for node in found if node.op_type in COMMUTATIVE] or found
    if not found:
        return False
    node = rng.choice(found)
    node.input[0], node.input[1] = node.input[1], node.input[0]
    return True


@mutation
def other_operand(m, rng):
    """An operand is another value of the same type that is known before."""
    node = rng.choice(list(m.graph.node))
    arrays = m.arrays()
    later = {name for other in list(m.graph.node)[m.position(node):] for name in other.output}
    places = [k for k, name in enumerate(node.input) if name in arrays]
    if not places:
        return False
    k = rng.choice(places)
    value = arrays[node.input[k]]
    found = [name for name, other in arrays.items() if name not in later and other.dtype == value.dtype
             and other.ndim == value.ndim]
    node.input[k] = rng.choice(found)
    return True


@mutation
def bypass(m, rng):
    """A node is left out where its operand has the result's type."""
    arrays = m.arrays()
    found = [node for node in m.graph.node if len(node.output) == 1 and node.output[0] not in m.outputs() and any(
        name in arrays and arrays[name].dtype == arrays[node.output[0]].dtype for name in node.input)
        and node.output[0] in arrays] if arrays else []
    if not found:
        return False
    node = rng.choice(found)
    result = arrays[node.output[0]]
    same = [name for name in node.input if name in arrays and arrays[name].dtype == result.dtype]
    best = [name for name in same if arrays[name].shape == result.shape]
    rename_uses(m.graph, node.output[0], (best or same)[0])
    m.graph.node.remove(node)
    m.prune()
    return True


@mutation
def duplicate(m, rng):
    """A node twice: one reader, or an output, takes the copy's result."""
    found = [node for node in m.graph.node if node.op_type != "Constant"]
    if not found:
        return False
    node = rng.choice(found)
    position = m.position(node)
    copy = onnx.NodeProto.FromString(node.SerializeToString())
    base = m.fresh("d")
    copy.name = base
    copy.output[:] = [f"{base}_{k}" if name else "" for k, name in enumerate(node.output)]
    uses = [(p, k) for name in node.output if name for p, k in m.uses(name)]
    if uses and rng.random() < 0.7:
        p, k = rng.choice(uses)
        reader = m.graph.node[p]
        reader.input[k] = copy.output[list(node.output).index(reader.input[k])]
    else:
        m.graph.output.append(untyped(copy.output[0]))
    m.insert(position + 1, [copy])
    return True


#===--- Decomposed --------------------------------------------------------===#


@mutation
def decompose_by_schema(m, rng):
    """A node becomes the nodes that ONNX defines it by."""
    kinds = sorted({node.op_type for node in all_nodes(m.graph) if is_function(m, node)})
    if not kinds:
        return False
    try:
        m.model.CopyFrom(onnx.inliner.inline_selected_functions(m.model, [("", rng.choice(kinds))],
                                                                inline_schema_functions=True))
    except onnx.shape_inference.InferenceError:  # Other changes declared wrong types.
        return False
    return True


def is_function(m, node):
    if node.domain:
        return False
    try:
        schema = onnx.defs.get_schema(node.op_type, m.opset)
    except onnx.defs.SchemaError:
        return False
    return schema.has_function or schema.has_context_dependent_function


def gemm_parts(m, node):
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    a, b = node.input[:2]
    nodes, base = [], m.fresh("g")
    for k, (name, key) in enumerate([(a, "transA"), (b, "transB")]):
        if attributes.get(key):
            nodes.append(helper.make_node("Transpose", [name], [f"{base}t{k}"], perm=[1, 0]))
    left = f"{base}t0" if attributes.get("transA") else a
    right = f"{base}t1" if attributes.get("transB") else b
    dtype = m.arrays()[a].dtype
    alpha = m.constant(np.array(attributes.get("alpha", 1.0), dtype))
    beta = m.constant(np.array(attributes.get("beta", 1.0), dtype))
    has_bias = len(node.input) > 2 and node.input[2]
    nodes.append(helper.make_node("MatMul", [left, right], [f"{base}p"]))
    nodes.append(helper.make_node("Mul", [f"{base}p", alpha], [f"{base}s" if has_bias else node.output[0]]))
    if has_bias:
        nodes.append(helper.make_node("Mul", [node.input[2], beta], [f"{base}b"]))
        nodes.append(helper.make_node("Add", [f"{base}s", f"{base}b"], [node.output[0]]))
    return nodes


def batch_normalization_parts(m, node):
    x, scale, bias, mean, variance = node.input
    value = m.arrays()[x]
    base = m.fresh("g")
    shape = m.constant(np.array([1, -1] + [1] * (value.ndim - 2), np.int64))
    epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
    nodes = [helper.make_node("Reshape", [name, shape], [f"{base}r{k}"])
             for k, name in enumerate([scale, bias, mean, variance])]
    steps = [("Sub", [x, f"{base}r2"], "d"), ("Add", [f"{base}r3", m.constant(np.array(epsilon, value.dtype))], "v"),
             ("Sqrt", [f"{base}v"], "q"), ("Div", [f"{base}d", f"{base}q"], "n"), ("Mul", [f"{base}n", f"{base}r0"], "m")]
    nodes += [helper.make_node(op, operands, [f"{base}{result}"]) for op, operands, result in steps]
    return [*nodes, helper.make_node("Add", [f"{base}m", f"{base}r1"], [node.output[0]])]


def softmax_parts(m, node):
    axis = next((a.i for a in node.attribute if a.name == "axis"), -1)
    base = m.fresh("g")
    axes = m.constant(np.array([axis], np.int64))
    return [helper.make_node("Exp", [node.input[0]], [f"{base}e"]),
            helper.make_node("ReduceSum", [f"{base}e", axes], [f"{base}s"], keepdims=1),
            helper.make_node("Div", [f"{base}e", f"{base}s"], [node.output[0]])]


def simple_parts(m, node):
    base = m.fresh("g")
    a, *rest = node.input
    y = node.output[0]
    dtype = m.arrays()[a].dtype
    if node.op_type == "Sub":
        return [helper.make_node("Neg", rest, [base]), helper.make_node("Add", [a, base], [y])]
    if node.op_type == "Div" and dtype.kind == "f":
        return [helper.make_node("Reciprocal", rest, [base]), helper.make_node("Mul", [a, base], [y])]
    if node.op_type == "Relu":
        return [helper.make_node("Max", [a, m.constant(np.zeros((), dtype))], [y])]
    if node.op_type == "Sigmoid":
        one = m.constant(np.ones((), dtype))
        return [helper.make_node("Neg", [a], [f"{base}n"]), helper.make_node("Exp", [f"{base}n"], [f"{base}e"]),
                helper.make_node("Add", [f"{base}e", one], [f"{base}s"]), helper.make_node("Div", [one, f"{base}s"], [y])]
    if node.op_type == "MatMul" and m.arrays()[a].ndim == 2 == m.arrays()[rest[0]].ndim:
        return [helper.make_node("Einsum", [a, *rest], [y], equation="ij,jk->ik")]
    if node.op_type == "ReduceMean" and m.opset >= 18:
        return [helper.make_node("ReduceSum", list(node.input), [f"{base}s"], keepdims=next(
            (k.i for k in node.attribute if k.name == "keepdims"), 1)),
            helper.make_node("Div", [f"{base}s", m.constant(np.array(2, dtype))], [y])]
    return []


PARTS = {"Gemm": gemm_parts, "BatchNormalization": batch_normalization_parts, "Softmax": softmax_parts,
         **{op: simple_parts for op in ("Sub", "Div", "Relu", "Sigmoid", "MatMul", "ReduceMean")}}


@mutation
def decompose(m, rng):
    """By hand, into other nodes than the schema's."""
    arrays = m.arrays()
    found = [node for node in m.graph.node if node.op_type in PARTS and node.input and node.input[0] in arrays
             and len(node.output) == 1 and all(name in arrays for name in node.input)]
    if not found:
        return False
    node = rng.choice(found)
    parts = PARTS[node.op_type](m, node)
    if parts:
        m.replace(m.position(node), parts)
    return bool(parts)


@mutation
def constant_node(m, rng):
    """An initializer becomes a Constant node."""
    found = [name for name in m.constants() if name not in {value.name for value in m.graph.input}]
    if not found:
        return False
    name = rng.choice(found)
    array = numpy_helper.to_array(m.constants()[name])
    m.drop_constant(name)
    m.insert(0, [helper.make_node("Constant", [], [name], m.fresh("k"), value=numpy_helper.from_array(array))])
    return True
