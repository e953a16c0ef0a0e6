"""Every operator with everything that can be wrong with its node.

    operator_matrix.py [--filter TEXT] [--jobs 2] [--seconds S [--seed N]] [--list]

Changes each case of operator_cases.py systematically (operator_changes.py), compiles
it for the null device and runs what is small. A crash, a hang, an `internal` error or
a wrong answer is a finding and fails the test: a difference to ONNX Runtime is wrong
unless ONNX leaves it open, rounding explains it or ONNX's reference sides with us
(mutants/judge.py). Where ONNX Runtime refuses what is answered here, ONNX's reference is
asked: what it refuses too (lenient) or answers otherwise (not-as-reference), and
differences where ONNX Runtime alone defines the operator, are counted, and listed with
--list: a person judges. --seconds takes a random part; the seed is printed. `--only CASE:NUMBER`
runs one change again, in this process.
"""

import argparse
import pickle
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import onnx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/conformance"))
sys.path.append(str(ROOT / "build/python"))

import operator_cases  # noqa: E402
import operator_changes  # noqa: E402
import workers  # noqa: E402
from mutants import judge  # noqa: E402
from mutants.left_open import is_unspecified  # noqa: E402
from mutants.mutant import Mutant  # noqa: E402
from rival import rival_answer  # noqa: E402

SECONDS_A_CHANGE = 10
MORE_MEMORY = 1 << 29  # Beyond what the process has when it starts.


#===--- One change --------------------------------------------------------===#


def answer(landfall, model, feeds):
    """("refused", error) or ("answered", values or None if it was not run)."""
    try:
        compiled = landfall.compile(model, device="null", threads=1)
        if feeds is None:
            return "answered", None
        names = {value.name for value in compiled.inputs}
        results = compiled.run({name: value for name, value in feeds.items() if name in names})
    except landfall.Error as error:
        return "refused", error
    except ValueError as error:
        if "maximum supported dimension" in str(error) or "too big" in str(error):  # numpy's limits, not ours.
            return "answered", None
        raise
    return "answered", list(results.values())


class Judge:
    """Compares one case's answers; knows whether the rival takes the case at all."""

    def __init__(self, landfall, model, feeds, say):
        self.landfall, self.say = landfall, say
        self.differences = judge.Judge(landfall, "null")
        say("R")
        self.has_rival = rival_answer(model, feeds, optimized=False)[0] == "answered"
        say("-")

    def look_at(self, what, model, feeds):
        self.say("L")
        kind, result = answer(self.landfall, model, feeds)
        if kind == "refused":
            if result.code not in judge.LEGAL:
                return "internal", f"{what}: {result.code}: {str(result)[:300]}"
            return "refused", ""
        if not self.has_rival or result is None:
            return "answered", ""
        self.say("R")
        rival, other = rival_answer(model, feeds, optimized=False)
        if rival == "refused":
            return self.alone(what, model, feeds, result, other)
        if rival == "answered" and (reason := judge.first_difference(other, result)):
            return self.different(what, model, feeds, reason, result, other)
        return "answered", ""

    def alone(self, what, model, feeds, mine, why):
        """Answered, and refused by the rival: ONNX's reference judges, where it answers."""
        self.say("R")
        theirs = judge.reference_answer(model, feeds)
        self.say("-")
        if theirs is None:
            return "lenient", f"{what}: answered, but the rival says {why[:300]}"
        reason = judge.first_difference(theirs, mine)
        if reason is None:
            return "as-reference", ""
        kind = "unspecified" if is_unspecified(Mutant(model, feeds)) else "not-as-reference"
        return kind, f"{what}: {reason}; the rival says {why[:300]}"

    def different(self, what, model, feeds, reason, mine, its):
        node = model.graph.node[-1]
        verdict = self.differences.judged(Mutant(model, feeds), node.op_type, reason, mine, its)
        kind = verdict.kind.replace(" ", "-")
        if kind == "wrong" and node.domain == operator_cases.MICROSOFT:
            kind = "different"
        return kind, f"{what}: {reason}"


#===--- Workers -----------------------------------------------------------===#


def work(options):
    """Prints "case:number what" before each change and its outcome after it."""
    import landfall

    limit = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + MORE_MEMORY
    rng = random.Random(options.seed)
    end = time.monotonic() + options.seconds if options.seconds else None
    first_case, _, first = options.start.rpartition(":")

    def say(*words):
        print(*words, flush=True)

    todo = pickle.loads(Path(options.cases).read_bytes())
    if end:
        rng.shuffle(todo)
    for number, (name, model, feeds) in enumerate(todo):
        if number % options.jobs != options.part or (first_case and name != first_case):
            continue
        begin, first_case = int(first or 0), ""
        first = 0
        judge = Judge(landfall, model, feeds, say)
        resource.setrlimit(resource.RLIMIT_AS, (limit + MORE_MEMORY, resource.RLIM_INFINITY))
        changes = list(enumerate(operator_changes.changes(model, feeds)))[begin:]
        if end:
            changes = sorted(rng.sample(changes, min(len(changes), 160)), key=lambda change: change[0])
        for k, (what, changed, data) in changes:
            if end and time.monotonic() > end:
                return say("end")
            say("N", f"{name}:{k}\t{what}")
            say("O", *judge.look_at(what, changed, data))
    say("end")


def run_worker(options, part, counts):
    def command(place):
        seconds = max(1, options.end - time.monotonic()) if options.seconds else 0
        return [sys.executable, __file__, "--part", str(part), "--start", place, "--cases", options.cases, "--jobs",
                str(options.jobs), "--seed", str(options.seed), "--seconds", str(seconds)]

    def next_place(place):
        name, _, number = place.rpartition(":")
        return f"{name}:{int(number) + 1}"

    def note(worker, kind, text):
        if kind == "hang" and any(word in worker.at for word in LONG):
            kind = "long"
        counts[kind] = counts.get(kind, 0) + 1
        if kind in FINDINGS or (options.list and kind in LISTED):
            print(f"{kind.upper()} {worker.at} {worker.what if kind in workers.DEATHS else ''} {text}", flush=True)

    return workers.Worker(command, next_place, note, SECONDS_A_CHANGE)


FINDINGS = ("crash", "hang", "internal", "wrong")
LISTED = ("lenient", "not-as-reference", "different", "rival's-own")
LONG = ("/test_loop",)  # A loop without an end, or of 2^31 steps, is what the model says.


def run_one(options):
    import landfall

    name, _, number = options.only.rpartition(":")
    _, model, feeds = next(case for case in operator_cases.cases(name) if case[0] == name)
    what, changed, data = list(operator_changes.changes(model, feeds))[int(number)]
    print(what, "\n", onnx.printer.to_text(changed)[:3000], "\n", data)
    print(Judge(landfall, model, feeds, lambda *_: None).look_at(what, changed, data))
    print("here:", *answer(landfall, changed, data))
    print("rival:", *rival_answer(changed, data))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--start", default="", help=argparse.SUPPRESS)
    parser.add_argument("--cases", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part is not None:
        return work(options)
    if options.only:
        return run_one(options)
    start, counts, options.end = time.time(), {}, time.monotonic() + options.seconds
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        options.cases = f"{folder}/cases"
        Path(options.cases).write_bytes(pickle.dumps(list(operator_cases.cases(options.filter))))
        workers.watch([run_worker(options, part, counts) for part in range(options.jobs)])
    print(f"{sum(counts.values())} changes:", ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())),
          f"in {time.time() - start:.0f} s")
    return 1 if any(counts.get(kind) for kind in FINDINGS) else 0


if __name__ == "__main__":
    sys.exit(main())
