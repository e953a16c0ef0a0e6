"""Random graphs: operators are drawn one by one, and kept where the rival runs them.

`random_graph(rng, is_long)` gives a Mutant of 5 to 60 nodes over the operators of
random_operators.py, random_layers.py and random_bodies.py. Every value is computed as its node is
added, so that operands fit and numbers stay small.
"""

import numpy as np
from onnx import helper, numpy_helper

import rival
from mutants.mutant import Mutant, declared, untyped

EXTENTS = [1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 13, 16, 17, 31]
LONG_EXTENTS = [33, 47, 64, 65, 96, 127, 129, 200, 257]  # More than one tile, or vector, or task.
# Elements of one value; with long extents.
MOST_VALUES, MOST_LONG_VALUES = 3_000, 40_000
LARGEST = {np.dtype(np.float16): 1e3}  # Of a finite real; 1e6 for the others.
OPSETS = [13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
REALS = [np.float32] * 8 + [np.float64, np.float16]
INTS = [np.int64] * 4 + [np.int32] * 3 + [np.int8, np.uint8, np.int16, np.uint16, np.uint32, np.uint64]
NEW_LEAF = 0.15


def random_array(rng, dtype, shape):
    """Small numbers: reals near 1 in size, integers of one digit."""
    dtype = np.dtype(dtype)
    numbers = np.random.default_rng(rng.getrandbits(32))
    if dtype.kind == "f":
        return np.asarray(numbers.standard_normal(shape)).astype(dtype)
    if dtype.kind == "b":
        return np.asarray(numbers.integers(0, 2, shape)).astype(dtype)
    return np.asarray(numbers.integers(0 if dtype.kind == "u" else -5, 10, shape)).astype(dtype)


class Builder:
    """A graph under construction, with the value of every name."""

    def __init__(self, rng, is_long=False):
        self.rng = rng
        self.extents = EXTENTS + LONG_EXTENTS if is_long else EXTENTS
        self.most = MOST_LONG_VALUES if is_long else MOST_VALUES
        self.opset = rng.choice(OPSETS)
        self.nodes, self.inputs, self.weights, self.values = [], {}, {}, {}
        self.main_type = rng.choice(REALS)
        self.count = 0

    def fresh(self, base):
        self.count += 1
        return f"{base}{self.count}"

    def chance(self, probability):
        return self.rng.random() < probability

    #===--- Operands --------------------------------------------------------===#

    def leaf(self, array, constant=None):
        """A new input or initializer."""
        array = np.asarray(array)
        constant = self.chance(0.4) if constant is None else constant
        name = self.fresh("w" if constant else "x")
        (self.weights if constant else self.inputs)[name] = array
        self.values[name] = array
        return name

    def parameter(self, array):
        """A small operand such as axes or a shape: mostly a constant."""
        array = np.asarray(array)
        draw = self.rng.random()
        if draw < 0.04:
            return self.leaf(array, constant=False)
        if draw < 0.2:
            name = self.fresh("k")
            self.nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array)))
            self.values[name] = array
            return name
        return self.leaf(array, constant=True)

    def shape(self, rank=None, most=None):
        most = most or self.most // 2
        rank = self.rng.choice([0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5]) if rank is None else rank
        shape = [self.rng.choice(self.extents) for _ in range(rank)]
        if self.chance(0.02) and rank:
            shape[self.rng.randrange(rank)] = 0
        while np.prod(shape, dtype=object) > most:
            shape[shape.index(max(shape))] = self.rng.choice([1, 2, 3])
        return shape

    def tensor(self, kinds="f", low=0, high=6, fits=None):
        """A value of such a kind ("f", "i", "u", "b") and rank: mostly a recent one."""
        found = [name for name, value in self.values.items()
                 if isinstance(value, np.ndarray) and value.dtype.kind in kinds and low <= value.ndim <= high
                 and (fits is None or fits(value))]
        if found and not self.chance(NEW_LEAF):
            return self.rng.choice(found[-4:] if self.chance(0.6) else found)
        kind = self.rng.choice(kinds)
        dtype = {"f": self.main_type, "b": np.bool_}.get(kind) or self.rng.choice(
            [d for d in INTS if np.dtype(d).kind == kind])
        for _ in range(20):
            shape = self.shape(self.rng.randint(low, min(high, 4 if low <= 4 else high)))
            array = random_array(self.rng, dtype, shape)
            if fits is None or fits(array):
                return self.leaf(array)
        return None

    def like(self, name, kinds=None):
        """Another operand that broadcasts with this one."""
        value = self.values[name]

        def fits(other):
            return other.dtype == value.dtype and broadcasts(value.shape, other.shape)

        if self.chance(0.6) and (found := self.tensor(value.dtype.kind, fits=fits)):
            return found
        shape = [extent if self.chance(0.7) else 1 for extent in value.shape]
        return self.leaf(random_array(self.rng, value.dtype, shape[self.rng.randint(0, len(shape)):]))

    def axis(self, value, negative=0.4):
        axis = self.rng.randrange(value.ndim)
        return axis - value.ndim if self.chance(negative) else axis

    def axes(self, value, least=1):
        axes = self.rng.sample(range(value.ndim), self.rng.randint(min(least, value.ndim), value.ndim))
        return [axis - value.ndim if self.chance(0.3) else axis for axis in axes]

    #===--- Nodes -----------------------------------------------------------===#

    def add(self, op_type, operands, results=1, domain="", **attributes):
        """The results' names, or None where the rival does not run it or numbers grow."""
        if any(name is None for name in operands):
            return None
        names = [self.fresh(op_type.lower()) for _ in range(results)]
        attributes = {name: value for name, value in attributes.items() if value is not None}
        node = helper.make_node(op_type, operands, names, self.fresh("n"), domain=domain, **attributes)
        return self.add_node(node)

    def add_node(self, node, reads=()):
        reads = sorted({name for name in (*node.input, *reads) if name})
        names = list(node.output)
        model = self.model([node], {name: self.values[name] for name in reads}, {}, names)
        kind, results = rival.rival_answer(model, {name: self.values[name] for name in reads}, optimized=False)
        if kind != "answered" or not all(self.usable(result) for result in results):
            return None
        self.nodes.append(node)
        self.values |= dict(zip(names, results))
        return names

    def usable(self, value):
        if not isinstance(value, np.ndarray):
            return isinstance(value, list) and len(value) < 9 and all(self.usable(item) for item in value)
        if value.size > self.most or value.ndim > 6:
            return False
        if value.dtype.kind == "f":
            with np.errstate(all="ignore"):
                return bool(np.all(np.abs(value) < LARGEST.get(value.dtype, 1e6))) or self.chance(0.02)
        return True

    def model(self, nodes, inputs, weights, outputs):
        graph = helper.make_graph(nodes, "g", [declared(name, value) for name, value in inputs.items()],
                                  [untyped(name) for name in outputs],
                                  [numpy_helper.from_array(value, name) for name, value in weights.items()])
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def finish(self):
        read = {name for node in self.nodes for name in node.input}
        results = [name for node in self.nodes for name in node.output if node.op_type != "Constant"]
        outputs = [name for name in results if name not in read or self.chance(0.1)]
        mutant = Mutant(self.model(self.nodes, self.inputs, self.weights, outputs), self.inputs)
        mutant.prune()
        return mutant


def broadcasts(a, b):
    return all(x == y or 1 in (x, y) for x, y in zip(reversed(a), reversed(b)))


def makers_list():
    """An empty list of (maker, how often it is drawn), and the decorator that fills it."""
    makers = []

    def maker(weight):
        def note(function):
            makers.append((function, weight))
            return function

        return note

    return makers, maker


def random_graph(rng, is_long=False):
    from mutants import random_bodies, random_layers, random_operators  # They import this module.

    makers = random_operators.MAKERS + random_layers.MAKERS + random_bodies.MAKERS
    weights = [weight for _, weight in makers]
    builder = Builder(rng, is_long)
    wanted = rng.choice([5, 6, 8, 10, 12, 16, 24, 40, 60])
    for _ in range(4 * wanted):
        maker = rng.choices(makers, weights)[0][0]
        maker(builder)
        if len(builder.nodes) >= wanted:
            break
    return builder.finish()
