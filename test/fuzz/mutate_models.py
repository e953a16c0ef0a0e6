"""Mutated models: landfall and ONNX Runtime answer, and the answers are compared.

    mutate_models.py [--count 20000] [--seed N] [--minutes M] [--models DIR]
                     [--real] [--failures DIR] [--jobs 2] [--cpu 5] [--list]

Random graphs, node tests, sample models and parts of the real models in DIR are
changed in a few of many ways (mutants/*_changes.py); with --real parts of the real
models alone. A crash, a hang, an
`internal` error or wrong numbers are findings: each is made smaller and filed in
--failures, one of each kind, operator and message; they fail the run. What
ONNX Runtime answers and landfall refuses is filed too, but does not fail it; the
other way around is counted. Every fifth mutant (--cpu N: every Nth) is compiled for
the CPU, the others for the null device, which interprets the kernels and compiles
a hundred times as fast. Half of them are compiled without some optimisations, drawn
from all that there are: passes, rewrites of kernels, contraction strategies. A mutant
follows from the seed and its number: `--only SEED:NUMBER` looks at one in this
process, `--again DIR/model.onnx` at a filed one (`--skip A,B` as it was found).
"""

import argparse
import faulthandler
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import onnx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/conformance"))
sys.path.append(str(ROOT / "build/python"))

import workers  # noqa: E402
from mutants import failures  # noqa: E402
from mutants.judge import FINDINGS, Judge, Verdict  # noqa: E402
from mutants.mutants import Mutants  # noqa: E402

SECONDS_A_MUTANT = 30  # Of processor time.
SECONDS_TO_SHRINK = 30
MORE_MEMORY = 3 << 30  # Beyond what a worker has when it starts.
SECONDS_FOR_DEATHS = 240  # To make crashes and hangs smaller, at the end.
PROGRESS = 1000  # Mutants between two lines that say how many were looked at.
FILED = (*FINDINGS, "refused")
FAILS = (*FINDINGS, "error")


def say(*words):
    print(*(str(word).replace("\n", " ") for word in words), flush=True)


def device_of(options, number):
    return "cpu" if number % options.cpu == 0 else "null"


def optional_steps(landfall):
    """What the compiler can do without; it says so when it is asked for a step that it lacks."""
    nothing = onnx.helper.make_model(onnx.helper.make_graph([], "nothing", [], []))
    try:
        landfall.compile(nothing, skip_steps=["?"])
    except landfall.Error as error:
        return str(error).rpartition("these can: ")[2].split(", ")
    raise AssertionError("a step that does not exist was left out")


def skipped_steps(seed, number, steps):
    rng = random.Random(f"steps of {seed}:{number}")
    if rng.random() < 0.5:
        return []
    return rng.sample(steps, rng.choice([1, 1, 2, len(steps) // 2, len(steps)]))


#===--- Workers -----------------------------------------------------------===#


def limit_memory():
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MORE_MEMORY, resource.RLIM_INFINITY))


def work(options):
    """Mutants number start, start + jobs, ...: the verdict of each in one line."""
    import landfall

    judges = {device: Judge(landfall, device, say) for device in ("cpu", "null")}
    steps = optional_steps(landfall)
    mutants = Mutants(options.seed, options.models, options.real)
    limit_memory()
    filed = {}
    for number in range(options.start, options.count, options.jobs):
        if options.end and time.time() > options.end:
            break
        place = f"{options.seed}:{number}"
        say("N", place)
        try:
            judge = judges[device_of(options, number)]
            judge.skipped = skipped_steps(options.seed, number, steps)
            say("O", *outcome(options, judge, mutants, number, filed))
        except Exception:  # Of the fuzzing program itself; the next mutant may be looked at.
            say("O", "error", traceback.format_exc()[-1000:])
    say("end")


def outcome(options, judge, mutants, number, filed):
    """(kind, text) of one mutant; findings are filed."""
    place = f"{options.seed}:{number}"
    mutants.sources.load(number)
    say("R")  # It runs what it makes.
    name, mutant, further = mutants.make(number, judge.device == "cpu")
    if judge.skipped:
        mutant.history.append("without=" + ",".join(judge.skipped))
    say("N", f"{place}\t{name} {' '.join(mutant.history)}")
    verdict = judge.look_at(mutant, further)
    text = f"{verdict.operator}: {verdict.text}" if verdict.text else ""
    if verdict.kind in FILED:
        key = verdict.key()
        if key not in filed:
            filed[key] = file_smaller(options, judge, verdict, place, mutant.history)
        text += f" [{filed[key]}]"
    return verdict.kind.replace(" ", "_"), text


def file_smaller(options, judge, verdict, place, history):
    def still_shows(candidate):
        return judge.look_at(candidate).key() == verdict.key()

    if still_shows(verdict.mutant):
        verdict.mutant = failures.shrunk(verdict.mutant, still_shows, SECONDS_TO_SHRINK)
        verdict.text = judge.look_at(verdict.mutant).text
    kind, expected = judge.there(verdict.mutant, [verdict.mutant.feeds])[0]
    return failures.file_finding(options.failures, verdict, place, history, expected if kind == "answered" else ())


def run_worker(options, part):
    def command(place):
        start = int(place.partition(":")[2]) if place else part
        return [sys.executable, __file__, "--start", str(start), "--count", str(options.count), "--jobs",
                str(options.jobs), "--seed", str(options.seed), "--end", str(options.end), "--models",
                str(options.models), "--failures", str(options.failures), "--cpu", str(options.cpu),
                *(["--real"] if options.real else [])]

    def next_place(place):
        return f"{options.seed}:{int(place.partition(':')[2]) + options.jobs}"

    return workers.Worker(command, next_place, lambda worker, kind, text: note(options, worker, kind, text),
                          SECONDS_A_MUTANT)


#===--- Crashes and hangs -------------------------------------------------===#


def dies(options, mutant, folder):
    """"crash" or "hang" if a process that looks at the mutant ends so, else None."""
    path = failures.file_finding(Path(folder), Verdict("x", "", os.urandom(8).hex(), mutant), "", [])
    command = [sys.executable, __file__, "--again", f"{folder}/{path}/model.onnx"]
    try:
        done = subprocess.run(command, timeout=2 * SECONDS_A_MUTANT, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "hang"
    return "crash" if done.returncode < 0 or done.returncode > 2 else None


def file_death(options, place, kind, text):
    """Made smaller in processes of their own."""
    number = int(place.partition(":")[2])
    name, mutant, _ = Mutants(options.seed, options.models, options.real).make(number, device_of(options, number) == "cpu")
    with tempfile.TemporaryDirectory() as folder:
        small = failures.shrunk(mutant, lambda candidate: dies(options, candidate, folder) == kind,
                                SECONDS_FOR_DEATHS / 2)
    operator = "+".join(sorted({node.op_type for node in small.graph.node})[:4])
    return failures.file_finding(options.failures, Verdict(kind, operator, text, small), place, mutant.history)


def note(options, worker, kind, text):
    kind = kind.replace("_", " ")
    options.counts[kind] = options.counts.get(kind, 0) + 1
    if sum(options.counts.values()) % PROGRESS == 0:
        say(sum(options.counts.values()), "mutants so far")
    if kind in workers.DEATHS and worker.at:
        options.deaths.append((worker.at, kind, text))
    if kind in FAILS or (options.list and text):
        say(kind.upper(), worker.at, worker.what, "|", text)
    elif kind == "refused":
        options.refusals.setdefault(text.rpartition(" [")[2], (worker.at, text))


#===--- One command -------------------------------------------------------===#


def look_again(device, mutant, skipped, further=()):
    import landfall

    judge = Judge(landfall, device)
    judge.skipped = skipped
    verdict = judge.look_at(mutant, further)
    print(f"{device}:", verdict.kind, verdict.operator, verdict.text)
    return 1 if verdict.kind in FINDINGS else 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--models", type=Path, default=ROOT.parent / "shared/models")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--failures", type=Path, default=ROOT / "build/fuzz/failures")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--cpu", type=int, default=5)
    parser.add_argument("--list", action="store_true", help="every verdict that has a text")
    parser.add_argument("--only", metavar="SEED:NUMBER")
    parser.add_argument("--again", type=Path, metavar="MODEL")
    parser.add_argument("--skip", default="", metavar="A,B")
    parser.add_argument("--start", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--end", type=float, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = parse()
    faulthandler.enable()
    if options.start is not None:
        return work(options)
    if options.again:
        mutant = failures.read_finding(options.again)
        print(onnx.printer.to_text(mutant.model)[:6000])
        skipped = [step for step in options.skip.split(",") if step]
        return max(look_again(device, mutant, skipped) for device in ("null", "cpu"))
    if options.only:
        seed, number = map(int, options.only.split(":"))
        device = device_of(options, number)
        name, mutant, further = Mutants(seed, options.models, options.real).make(number, device == "cpu")
        print(name, *mutant.history, onnx.printer.to_text(mutant.model)[:6000])
        import landfall

        return look_again(device, mutant, skipped_steps(seed, number, optional_steps(landfall)), further)
    options.counts, options.refusals, options.deaths = {}, {}, []
    start = time.time()
    options.end = start + 60 * options.minutes if options.minutes else 0
    options.failures.mkdir(parents=True, exist_ok=True)
    say(f"seed {options.seed}")
    workers.watch([run_worker(options, part) for part in range(options.jobs)])
    last = time.monotonic() + SECONDS_FOR_DEATHS
    for place, kind, text in options.deaths:
        if time.monotonic() < last:
            say(kind.upper(), place, "filed as", file_death(options, place, kind, text))
    for place, text in options.refusals.values():
        say("REFUSED", place, text)
    say(f"{sum(options.counts.values())} mutants in {time.time() - start:.0f} s:",
        ", ".join(f"{count} {kind}" for kind, count in sorted(options.counts.items())))
    return 1 if any(options.counts.get(kind) for kind in FAILS) else 0


if __name__ == "__main__":
    sys.exit(main())
