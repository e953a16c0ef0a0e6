"""What mutants start from: random graphs, node tests, sample models, parts of real models.

`Sources(seed, folder).draw(number, rng, is_long)` gives (name, Mutant). Of a model a connected part
of some nodes is taken, with inputs as they were when the whole model ran; large
ones are cropped where the part allows it. `only_real`: parts of the real models alone.
"""

import os
import pickle
import random
import sys
from pathlib import Path

import numpy as np
import onnx

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "test/conformance"), str(ROOT / "tools")]

import sample_models  # noqa: E402
import suite  # noqa: E402

import rival  # noqa: E402
from mutants.mutant import Mutant, all_nodes, free_names  # noqa: E402
from mutants.random_graphs import random_graph  # noqa: E402

MODELS_AT_A_TIME = 2  # Whole models with all values that a process keeps.
BLOCK = 200  # Consecutive mutants that share them.
LARGE_INPUT, LARGEST_INPUT = 4_000, 50_000  # Elements: cropped if possible; not used.
PARTS_TRIED = 50  # Of a block's models, until the rival runs one.
BLOCKS_TRIED = 4  # A few large models have hardly any small parts: then those of a next block.
MOST_PRODUCTS = 3e6  # Of a part: the interpreter takes a microsecond for some ten.
MOST_CONSTANTS = 400_000  # Elements of a part's constants.
NEWEST_OPSET = 26  # That the rival knows.
# Results that are random, or of types that the rival gives no values of.
RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"}


def is_usable(mutant):
    """The rival knows its opset, nothing is random, and inputs are tensors or sequences of them."""
    def is_array(value):
        return isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.dtype.itemsize > 0

    def is_random(node):
        trains = node.op_type == "Dropout" and len(node.input) > 2
        return trains or node.op_type in RANDOM

    return mutant.opset <= NEWEST_OPSET and not any(map(is_random, all_nodes(mutant.graph))) and all(
        is_array(value) or (isinstance(value, list) and value and all(map(is_array, value)))
        for value in mutant.feeds.values())


def node_tests():
    """(name, model's bytes, feeds). Making them takes many seconds, so they are kept in a file."""
    path = ROOT / "build" / "fuzz" / f"node_tests.{onnx.__version__}.pickle"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(pickle.dumps(list(made_node_tests())))
        unfinished.rename(path)
    return pickle.loads(path.read_bytes())


def made_node_tests():
    for case in suite.node_cases():
        values = [np.asarray(v) if isinstance(v, np.generic) else v for v in case.data_sets[0][0]]
        mutant = Mutant(case.model, dict(zip([value.name for value in case.model.graph.input], values)))
        mutant.forget_types()
        mutant.model.ir_version = min(mutant.model.ir_version, 10)
        if is_usable(mutant):
            yield case.name, mutant.model.SerializeToString(), mutant.feeds


def model_paths(folder, only_real):
    """Sample models, and the real ones where they are."""
    real = sorted(Path(folder).glob("*/model.onnx"))
    if only_real:
        if len(real) < MODELS_AT_A_TIME:
            raise SystemExit(f"error: {folder} has {len(real)} models")
        return real
    return [Path(path) for path in sample_models.write_samples(ROOT / "build" / "samples").values()] + real


def recorded_feeds(path, model):
    """The first recorded inputs, or small random ones."""
    known = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in known]
    if (path.parent / "test_data_set_0").is_dir():
        values = suite.load_folder_case(path.parent.name, path.parent).data_sets[0][0]
    else:
        numbers = np.random.default_rng(0)
        values = []
        for value in inputs:
            dims = [d.dim_value or (64 if k >= 2 else 2) for k, d in enumerate(value.type.tensor_type.shape.dim)]
            dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
            values.append(numbers.standard_normal(dims).astype(dtype) if dtype.kind == "f"
                          else numbers.integers(0, 2, dims).astype(dtype))
    return dict(zip([value.name for value in inputs], values))


def small_enough(value):
    if isinstance(value, np.ndarray) and value.size > LARGEST_INPUT:
        return cropped(value)
    return value


def cropped(value):
    """Its longest axes halved until few elements are left."""
    while value.size > LARGE_INPUT:
        axis = int(np.argmax(value.shape))
        value = np.take(value, range((value.shape[axis] + 1) // 2), axis)
    return np.ascontiguousarray(value)


def products(mutant):
    """How many products its convolutions and matrix products sum, about."""
    arrays, total = mutant.arrays(), 0
    for node in mutant.graph.node:
        operands = [arrays[name] for name in node.input if name in arrays]
        if node.op_type in ("Conv", "ConvTranspose") and len(operands) > 1:
            total += operands[1].size * max(operands[0].size, arrays[node.output[0]].size) // max(1, operands[0].shape[1])
        elif node.op_type in ("MatMul", "Gemm", "LSTM", "GRU") and len(operands) > 1:
            total += operands[0].size * (operands[1].size // max(1, operands[0].shape[-1]))
    return total


class WholeModel:
    """A model and the values of everything in it."""

    def __init__(self, path):
        model = onnx.load(path)
        self.whole = Mutant(model, recorded_feeds(path, model))
        self.whole.forget_types()
        if all(entry.domain for entry in model.opset_import):  # Mutations add operators of the default domain.
            self.whole.model.opset_import.append(onnx.helper.make_opsetid("", 13))
        self.whole.model.ir_version = min(max(self.whole.model.ir_version, 4), 10)
        values = self.with_small_images() or self.whole.values() or {}
        self.values = {name: small_enough(value) for name, value in values.items()}
        self.whole.known = None
        self.makers = {name: p for p, node in enumerate(self.whole.graph.node) for name in node.output}
        self.constants = {tensor.name for tensor in self.whole.graph.initializer}

    def with_small_images(self):
        """The values where long images are cropped, if the model takes that."""
        small = self.whole.copy()
        for name, value in self.whole.feeds.items():
            if np.ndim(value) == 4 and value.size > LARGEST_INPUT:
                low = 1 if value.shape[3] < 8 else 2  # Channels may be last.
                small.redeclare(name, np.ascontiguousarray(np.take(np.take(value, range(64), low), range(64), low + 1)))
        return small.values() if any(small.feeds[name] is not self.whole.feeds[name] for name in small.feeds) else None

    def neighbours(self, position):
        """Positions of nodes whose results the node reads."""
        return [self.makers[name] for name in sorted(free_names(self.whole.graph.node[position])) if name in self.makers]

    def part(self, rng):
        """A connected part that the rival runs, or None."""
        nodes = self.whole.graph.node
        chosen, edge = set(), [rng.randrange(len(nodes))]
        wanted = rng.choice([2, 3, 5, 8, 12, 20, 35])
        while edge and len(chosen) < wanted:
            position = edge.pop(rng.randrange(len(edge)) if rng.random() < 0.3 else 0)
            if position not in chosen:
                chosen.add(position)
                edge += self.neighbours(position)
        # Constants come along.
        chosen |= {p for q in list(chosen) for p in self.neighbours(q) if nodes[p].op_type == "Constant"}
        try:
            part = self.whole.part(chosen, self.values)
        except KeyError:  # A value that the rival does not show.
            return None
        return self.reduced(part)

    def reduced(self, part):
        elements = sum(int(np.prod(tensor.dims)) for tensor in part.graph.initializer)
        if elements > MOST_CONSTANTS or not is_usable(part):
            return None
        small = part.copy()
        for name, value in part.feeds.items():
            if isinstance(value, np.ndarray) and value.size > LARGE_INPUT:
                small.redeclare(name, cropped(value))
        if small.values():
            return small if products(small) < MOST_PRODUCTS else None
        few = sum(np.size(value) for value in part.feeds.values()) < LARGEST_INPUT
        return part if few and part.values() and products(part) < MOST_PRODUCTS else None


class Sources:
    """Where mutants start; a number and the seed say where."""

    def __init__(self, seed, folder, only_real=False):
        self.seed, self.paths, self.only_real = seed, model_paths(folder, only_real), only_real
        self.models, self.tests = [], None

    def draw(self, number, rng, is_long):
        if self.only_real:
            return self.part_of_real(number, rng)
        kind = rng.random()
        if kind < 0.1:
            self.tests = self.tests or node_tests()
            name, model, feeds = rng.choice(self.tests)
            return name, Mutant(onnx.ModelProto.FromString(model), feeds)
        if kind < 0.4:
            # Numbers of one block take parts of the same few models, which are loaded once.
            path = rng.choice(self.paths_at(number))
            if part := self.model(path).part(rng):
                return path.parent.name, part
        return "random", random_graph(rng, is_long and rng.random() < 0.5)

    def part_of_real(self, number, rng):
        for later in range(BLOCKS_TRIED):
            for _ in range(PARTS_TRIED):
                path = rng.choice(self.paths_at(number + later * BLOCK))
                if part := self.model(path).part(rng):
                    return path.parent.name, part
        raise LookupError(f"no part of {path.parent.name} or of those before it is small enough")

    def paths_at(self, number):
        return random.Random(f"{self.seed} {number // BLOCK}").sample(self.paths, MODELS_AT_A_TIME)

    def load(self, number):
        """Takes seconds for the first of a block."""
        for path in self.paths_at(number):
            self.model(path)

    def model(self, path):
        for entry in self.models:
            if entry[0] == path:
                return entry[1]
        self.models = self.models[-MODELS_AT_A_TIME + 1:] + [(path, WholeModel(path))]
        return self.models[-1][1]
