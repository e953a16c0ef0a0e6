"""What a mutant shows: both answers are compared, and a difference is traced to its node.

Results of float graphs differ by rounding, and what follows (a comparison, a
Round, an ArgMax) can turn that into anything. So a difference is believed only
where one node, or a few, give another result than the rival *on the same
operands*, and more than the rival's own result moves when the operands move by
some units in the last place. Where ONNX's reference evaluator sides with landfall,
the rival is taken to be wrong; in float64, too.
"""

import re
import warnings
from dataclasses import dataclass

import numpy as np
import onnx.inliner
import onnx.reference
from onnx import numpy_helper

import rival
import tolerance
from mutants.left_open import departs_from_onnx, is_unspecified
from mutants.mutant import Mutant, all_nodes
from mutants.open_bodies import opened
from mutants.precise import is_nearest_integer, narrow_as, unrounded, wide, widened

LEGAL = {"invalid_model", "invalid_argument", "unsupported", "run_failed", "out_of_memory"}
FINDINGS = ("crash", "hang", "memory", "internal", "wrong")
MUCH = 1 << 28  # Bytes of results, which lie here several times: for them a worker's memory may be too small.
ULPS = 2  # By which operands move,
TIMES = 16  # how many times the movement of results a difference may be,
TRIES = (6, 60)  # and how often they are moved: more often where they seem to show a fault.
# Their inner precision, or that of their constants, is float32 unless an attribute says otherwise.
STASHED = {"HardSwish", "FastGelu", "LayerNormalization", "GroupNormalization", "RMSNormalization", "Attention"}
# What differs from mutant to mutant in a message: names, shapes, numbers.
VARYING = r"'[^']*'|[\[(][^\])]*[\])]|-?\d[\d.]*(e[-+]\d+)?|\b(nan|inf)\b"


@dataclass
class Verdict:
    """kind, the operator that shows it, text; and the mutant, made smaller, that shows it."""

    kind: str
    operator: str = ""
    text: str = ""
    mutant: Mutant = None

    def key(self):
        """Findings with one key are taken for one cause."""
        return self.kind, self.operator, re.sub(VARYING, "#", self.text)[:80]


class Judge:
    """Runs mutants here and with the rival. `say(phase)`: "R" rival, "L" landfall, "-" neither."""

    def __init__(self, landfall, device, say=lambda phase: None):
        self.landfall, self.device, self.say = landfall, device, say
        self.skipped = []  # Optimisations that are left out.
        self.compiled = None  # The last model that compiled.

    #===--- Answers ---------------------------------------------------------===#

    def here(self, mutant, all_feeds):
        self.say("L")
        try:
            return self.run_here(mutant, all_feeds)
        finally:
            self.say("-")

    def run_here(self, mutant, all_feeds):
        try:
            compiled = self.landfall.compile(mutant.model, device=self.device, threads=1, skip_steps=self.skipped)
        except self.landfall.Error as error:
            return [("refused", error)] * len(all_feeds)
        self.compiled = compiled
        return [self.run(compiled, feeds) for feeds in all_feeds]

    def run(self, compiled, feeds):
        names = {value.name for value in compiled.inputs}
        try:
            return "answered", list(compiled.run({name: feeds[name] for name in feeds if name in names}).values())
        except self.landfall.Error as error:
            return "refused", error

    def other_bits(self, mutant, all_feeds, ours):
        """Whether two threads, and the package saved and loaded, give other bits; "" if not."""
        self.say("L")
        again = self.landfall.load(self.compiled.to_bytes(), threads=2)
        for feeds, (kind, mine) in zip(all_feeds, ours):
            other, results = self.run(again, feeds)
            if kind != other or kind == "answered" and not all(map(same_bits, mine, results)):
                return f"loaded again, with two threads: {other}, with one thread: {kind}; bits differ"
        return ""

    def there(self, mutant, all_feeds):
        self.say("R")
        answers = rival.rival_answers(mutant.model, all_feeds, optimized=False)
        self.say("-")
        return answers

    #===--- Verdicts --------------------------------------------------------===#

    def look_at(self, mutant, more_feeds=()):
        """The worst verdict over the mutant's feeds and the others."""
        all_feeds = [mutant.feeds, *more_feeds]
        theirs = self.there(mutant, all_feeds)
        ours = self.here(mutant, all_feeds)
        verdicts = []
        if self.device == "cpu" and ours[0][0] == "answered" and (text := self.other_bits(mutant, all_feeds, ours)):
            return Verdict("wrong", "", text, mutant)
        for feeds, mine, its in zip(all_feeds, ours, theirs):
            fed = mutant.copy()
            fed.feeds = feeds
            verdicts.append(self.compare(fed, mine, its))
        return min(verdicts, key=lambda verdict: RANK.index(verdict.kind))

    def compare(self, mutant, mine, its):
        if mine[0] == "refused":
            error = mine[1]
            if error.code not in LEGAL:
                return Verdict("internal", error.operator or "", f"{error.code}: {error.reason}", mutant)
            if its[0] == "answered" and departs_from_onnx(mutant):
                return Verdict("rival's own", error.operator or "", error.reason, mutant)
            if its[0] == "answered":
                kind = "memory" if error.code == "out_of_memory" and total_bytes(its[1]) < MUCH else "refused"
                return Verdict(kind, error.operator or "", f"{error.code}: {error.reason}", mutant)
            return Verdict("both refuse")
        if its[0] == "refused":
            return Verdict("lenient", "", its[1], mutant)
        if its[0] == "unknown":
            return Verdict("unknown", "", its[1])
        if reason := first_difference(its[1], mine[1]):
            return self.traced(mutant, mine[1], its[1], reason)
        return Verdict("agrees")

    #===--- Tracing a difference --------------------------------------------===#

    def traced(self, mutant, mine, its, reason):
        """The node whose result is wrong; "amplified" if rounding explains the difference."""
        if mutant.model.functions and (inlined := self.inlined(mutant)):
            return inlined
        if mutant.size() == 1:
            return self.judged(mutant, mutant.graph.node[0].op_type, reason, mine, its)
        exposed = mutant.exposed(but=mutant.narrow_values())
        (kind, ours), = self.here(exposed, [mutant.feeds])
        (other, theirs), = self.there(exposed, [mutant.feeds])
        if kind != "answered" or other != "answered":
            return Verdict("wrong", "", f"{reason}; not traced", mutant)
        values = dict(mutant.feeds) | dict(zip(exposed.outputs(), ours))
        expected = dict(zip(exposed.outputs(), theirs))
        for position, node in enumerate(mutant.graph.node):
            results = [name for name in node.output if name in expected]
            if any(tolerance.differs(expected[name], values[name]) for name in results):
                verdict = self.node_alone(mutant, {position}, results, values)
                if verdict.kind == "wrong":
                    return verdict
        return self.traced_to_tail(mutant, mine, values)

    def inlined(self, mutant):
        """The verdict where functions' nodes stand in the graph; None if that shows no difference."""
        copy = mutant.copy()
        copy.model.CopyFrom(onnx.inliner.inline_local_functions(copy.model))
        (kind, its), = self.there(copy, [copy.feeds])
        (other, mine), = self.here(copy, [copy.feeds])
        if kind == other == "answered" and (reason := first_difference(its, mine)):
            return self.traced(copy, mine, its, reason)
        return None

    def node_alone(self, mutant, positions, results, values):
        """Nodes on the operands that they had here."""
        part = mutant.part(positions, values, results)
        (kind, its), = self.there(part, [part.feeds])
        if kind != "answered":
            return Verdict("unknown")
        (kind, alone), = self.here(part, [part.feeds])
        operator = part.graph.node[-1].op_type
        if kind == "answered" and (reason := first_difference(its, alone)):
            verdict = self.judged(part, operator, reason, alone, its)
            if verdict.kind == "wrong":
                return verdict
        inside = [values[name] for name in results]
        if reason := first_difference(its, inside):  # Wrong among others only.
            return self.judged(part, operator, reason, inside, its, shown_by=mutant)
        return Verdict("agrees")

    def traced_to_tail(self, mutant, mine, values):
        """Nodes are right one by one: computed together they may not be. The shortest wrong tail."""
        bad = [name for name, value in zip(mutant.outputs(), mine) if tolerance.differs(values.get(name), value)]
        if not bad:
            return Verdict("amplified")
        for begin in reversed(range(mutant.size() - 1)):
            part = mutant.part(set(range(begin, mutant.size())), values, bad[:1])
            part.prune()
            if part.size() < 2:
                continue
            (kind, its), = self.there(part, [part.feeds])
            (other, ours), = self.here(part, [part.feeds])
            if kind == other == "answered" and (reason := first_difference(its, ours)):
                verdict = self.judged(part, "+".join(sorted({n.op_type for n in part.graph.node})[:4]), reason, ours, its)
                if verdict.kind == "wrong":
                    return verdict
        return Verdict("amplified")

    def judged(self, part, operator, reason, mine, its, shown_by=None):
        """Wrong, unless rounding or what ONNX leaves open explains the difference."""
        if is_unspecified(part) or has_loop(part) and any(np.size(value) == 0 for value in its if is_array(value)):
            return Verdict("unspecified", operator, reason)
        stored = mine
        if any(node.op_type in STASHED for node in all_nodes(part.graph)):
            stored, its = [[stashed(value) for value in values] for values in (mine, its)]
        if all(self.is_different(part, its, stored, tries) for tries in TRIES):
            theirs = reference_answer(part.model, part.feeds)
            if theirs is not None and first_difference(theirs, mine) is None:
                return Verdict("rival's own", operator, reason)
            if (precise := precise_answer(part, mine)) and first_difference(precise, mine) is None:
                return Verdict("rival's own", operator, reason)
            if is_rounded_precise_answer(part, mine):
                return Verdict("rival's own", operator, reason)
            if inside := self.inside_bodies(part, mine):
                return inside
            text = f"alone right, among others: {reason}" if shown_by else reason
            return Verdict("wrong", operator, text, shown_by or part)
        return Verdict("amplified")

    def inside_bodies(self, part, mine):
        """The verdict where bodies' nodes stand in the graph; None if they do not give the same results there."""
        flat = opened(part)
        if flat is None:
            return None
        (kind, its), = self.there(flat, [flat.feeds])
        (other, again), = self.here(flat, [flat.feeds])
        if kind == other == "answered" and first_difference(mine, again) is None and (reason := first_difference(its, again)):
            return self.traced(flat, again, its, reason)
        return None

    def is_different(self, part, its, mine, tries):
        near = [nearer(e, a, self.spread(part, its, k, tries)) for k, (e, a) in enumerate(zip(its, mine))]
        return first_difference(its, near) is not None

    def spread(self, part, its, k, tries):
        """How far the rival's k-th result moves when operands move; None if that has no meaning."""
        moved = []
        for number in range(tries):
            numbers = np.random.default_rng(number)
            copy = part.copy()
            copy.feeds = {name: moved_value(value, numbers) for name, value in part.feeds.items()}
            for name, tensor in part.constants().items():
                copy.set_constant(name, moved_value(numpy_helper.to_array(tensor), numbers))
            (kind, results), = self.there(copy, [copy.feeds])
            if kind == "answered":
                moved.append(results[k])
        return largest_movement(its[k], moved)


RANK = [*FINDINGS, "refused", "lenient", "unspecified", "rival's own", "amplified", "unknown", "agrees", "both refuse"]


class Einsum(onnx.reference.op_run.OpRun):
    """By its definition: products of all factors, summed. Where factors are summed before they are
    multiplied, as ONNX's evaluator and numpy do, infinities give other results."""

    def _run(self, *operands, equation):
        terms, _, result = equation.replace(" ", "").partition("->")
        if "." in equation or "->" not in equation:
            return (np.asarray(np.einsum(equation, *operands, optimize=False)).astype(operands[0].dtype),)
        letters = result + "".join(sorted(set(terms) - set(result) - {","}))
        product = 1
        for term, operand in zip(terms.split(","), operands):
            own = [letter for letter in letters if letter in term]
            aligned = np.einsum(f"{term}->{''.join(own)}", operand)  # Diagonals and an order; nothing is summed.
            product = product * np.expand_dims(aligned, [k for k, letter in enumerate(letters) if letter not in own])
        return (np.asarray(np.sum(product, tuple(range(len(result), len(letters))))).astype(operands[0].dtype),)


class MeanVarianceNormalization(onnx.reference.op_run.OpRun):
    """By deviations, over each axis once. ONNX's evaluator takes the difference of two means of squares."""

    def _run(self, x, axes=(0, 2, 3)):
        axes = tuple({axis % x.ndim for axis in axes})
        away = x - x.mean(axis=axes, keepdims=True)
        return ((away / (np.sqrt((away * away).mean(axis=axes, keepdims=True)) + 1e-9)).astype(x.dtype),)


def reference_answer(model, feeds):
    """The results of ONNX's own evaluator, the second oracle; None where it has none."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return onnx.reference.ReferenceEvaluator(model, new_ops=[Einsum, MeanVarianceNormalization]).run(None, feeds)
    except Exception:  # It fails in many ways.
        return None


def precise_answer(part, likes):
    """The same in float64, in the types of `likes`: no intermediate result overflows there."""
    results = reference_answer(widened(part.model), {name: wide(value) for name, value in part.feeds.items()})
    return results and narrow_as(results, likes)


def is_rounded_precise_answer(part, mine):
    """Whether integers are resized reals, rounded: the rival rounds more than once, where images are made smaller."""
    model = unrounded(part.model)
    if model is None or mine[0].dtype.kind not in "iu":
        return False
    image = model.graph.input[0].name
    reals = reference_answer(model, part.feeds | {image: part.feeds[image].astype(np.float64)})
    return reals is not None and reals[0].shape == mine[0].shape and is_nearest_integer(mine[0], reals[0])


def total_bytes(values):
    return sum(total_bytes(value) if isinstance(value, list) else getattr(value, "nbytes", 0) for value in values)


def same_bits(a, b):
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same_bits, a, b))
    return a.tobytes() == b.tobytes() if isinstance(a, np.ndarray) and a.dtype != object else True


def first_difference(expected, actual):
    for k, (e, a) in enumerate(zip(expected, actual)):
        with np.errstate(all="ignore"):
            if reason := tolerance.differs(e, a):
                return f"output {k}: {reason}" if k else reason
    return None


def stashed(value):
    """Compared as float32."""
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value


def moved_value(value, numbers):
    """Reals a few units in the last place away; others as they are."""
    if isinstance(value, list):
        return [moved_value(item, numbers) for item in value]
    if value.dtype.kind != "f":
        return value
    with np.errstate(all="ignore"):
        step = ULPS * np.finfo(value.dtype).eps * numbers.uniform(-1, 1, value.shape)
        return np.asarray(value * (1 + step)).astype(value.dtype)


def largest_movement(result, others):
    if not isinstance(result, np.ndarray) or result.dtype.kind not in "fiu":
        return None
    spread = np.zeros(result.shape)
    for other in others:
        if not isinstance(other, np.ndarray) or other.shape != result.shape:
            return None
        with np.errstate(all="ignore"):
            away = np.asarray(np.abs(other.astype(np.float64) - result.astype(np.float64)))
            same = (result == other) | ((result != result) & (other != other))
            away[~np.isfinite(away)] = np.inf
        spread = np.maximum(spread, np.where(same, 0, away))
    return spread


def nearer(expected, actual, spread):
    """The actual result, nearer to the expected one by what rounding explains."""
    if spread is None or not isinstance(actual, np.ndarray) or actual.shape != expected.shape:
        return actual
    with np.errstate(all="ignore"):
        e, a = expected.astype(np.float64), actual.astype(np.float64)
        left = np.maximum(np.abs(a - e) - TIMES * spread, 0)
        moved = np.where(spread > 0, np.where(np.isfinite(left), e + np.sign(a - e) * left, a), a)
        return np.where(np.isinf(spread), e, moved).astype(actual.dtype)


def is_array(value):
    return isinstance(value, np.ndarray)


def has_loop(part):
    """Without an iteration, the shape of what a Loop collects is left open but for its first extent."""
    return any(node.op_type == "Loop" for node in all_nodes(part.graph))
