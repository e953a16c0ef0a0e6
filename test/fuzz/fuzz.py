"""Coverage-guided fuzzing of everything that reads foreign bytes.

    fuzz.py [--runs N] [--seconds S] [--only NAME]... [--jobs N]
    fuzz.py --only NAME --case FILE

Builds the libFuzzer programs of this folder in build/fuzz and runs each of them
one after the other, or several at once, for N executions or S seconds. Inputs
that reached new code stay in build/fuzz/corpus and are where the next call
starts. What breaks a promise is kept in build/fuzz/findings; `--case` runs it
again. With `--slice`, the cases of a target are the same at each call: they
follow from the seeds alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "build" / "fuzz"
SLICE = ["onnx", "package", "npy", "command_stream", "firmware"]
TARGETS = [*SLICE, "import"]  # Building the importer takes minutes.
MODELS = ("onnx", "import")  # They read models.
LARGEST_SEED = 3000  # Bytes; ONNX's node tests are smaller but for a few.
SECONDS_A_CASE = 20  # Ten times what the slowest legal one takes.
MEGABYTES = 3000

# LLVM is not instrumented: the marks of its allocators, made where they are
# inlined into our code, are not taken back inside of LLVM.
SANITIZERS = {
    "ASAN_OPTIONS": "allocator_may_return_null=1:allow_user_poisoning=0:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-22",
}
# Keeping whole stacks of allocations takes a quarter of the importer's time; `--case` shows them.
SHORT_STACKS = {"ASAN_OPTIONS": SANITIZERS["ASAN_OPTIONS"] + ":malloc_context_size=2"}


#===--- Programs and corpora ----------------------------------------------===#


def build(names):
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / "configure.log"
    with log.open("w") as sink:
        done = subprocess.run(["cmake", "--preset", "fuzz", f"-DPython_EXECUTABLE={sys.executable}"],
                              cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(log.read_text())
    subprocess.run(["ninja", "-C", FOLDER, "--quiet", *[f"{name}_fuzz" for name in names]], check=True)


def program(name):
    return FOLDER / "bin" / f"{name}_fuzz"


def write_models(directory):
    """ONNX's node tests, and its small models: every operator."""
    sys.path.insert(0, str(ROOT / "test" / "conformance"))
    import suite

    for case in suite.all_cases("null"):
        data = case.model.SerializeToString()
        if len(data) <= LARGEST_SEED:
            (directory / case.name.replace("/", "_")).write_bytes(data)


def write_dictionary(path):
    """Words of models: the names of operators and of their attributes."""
    import onnx

    words = set()
    for schema in onnx.defs.get_all_schemas():
        words |= {schema.name, schema.domain, *schema.attributes}
    path.write_text("".join(f'"{word}"\n' for word in sorted(words) if word))


def make_seeds():
    """The valid inputs of each program that was built, in build/fuzz/seeds."""
    for name in TARGETS:
        directory = FOLDER / "seeds" / name
        if not program(name).exists() or directory.exists() and any(directory.iterdir()):
            continue
        directory.mkdir(parents=True, exist_ok=True)
        subprocess.run([program(name), f"--seeds={directory}"], check=True, env=os.environ | SANITIZERS)
        if name in MODELS:
            write_models(directory)
    write_dictionary(FOLDER / "models.dict")


#===--- Running -----------------------------------------------------------===#


def command(name, options, corpus):
    findings = FOLDER / "findings"
    findings.mkdir(exist_ok=True)
    words = [program(name), f"-artifact_prefix={findings}/{name}-", f"-timeout={SECONDS_A_CASE}",
             f"-rss_limit_mb={MEGABYTES}", "-print_final_stats=1", f"-runs={options.runs}",
             f"-max_total_time={options.seconds}",
             "-entropic_scale_per_exec_time=1"]  # Few models take a hundred times as long as most.
    if name in MODELS:
        words.append(f"-dict={FOLDER / 'models.dict'}")
    if options.slice:
        words.append("-seed=1")
    return [*words, corpus, FOLDER / "seeds" / name]


def last_stats(log):
    """Executions and covered edges."""
    executions = [line.split()[-1] for line in log.splitlines() if line.startswith("stat::number_of_executed_units")]
    covered = [words[words.index("cov:") + 1] for words in map(str.split, log.splitlines()) if "cov:" in words]
    return (executions or ["?"])[-1], (covered or ["?"])[-1]


def run(name, options):
    """Whether nothing was found."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) if options.slice else FOLDER / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        log = FOLDER / f"{name}.log"
        with log.open("w") as sink:
            done = subprocess.run(command(name, options, corpus), stdout=sink, stderr=subprocess.STDOUT,
                                  env=os.environ | SANITIZERS | SHORT_STACKS)
    text = log.read_text(errors="replace")
    executions, covered = last_stats(text)
    seconds = time.monotonic() - start
    print(f"{name}: {executions} executions, {covered} edges covered, {seconds:.0f} s"
          + ("" if done.returncode == 0 else f"; FINDING, see {log.relative_to(ROOT)}"), flush=True)
    if done.returncode:
        print("\n".join(text.splitlines()[-60:]), flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--only", choices=TARGETS, action="append")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--slice", action="store_true")
    parser.add_argument("--case", type=Path)
    options = parser.parse_args()
    names = options.only or (SLICE if options.slice else TARGETS)
    if options.case and len(names) != 1:
        parser.error("--case needs one --only")
    if options.runs < 0 and options.seconds == 0:
        options.seconds = 60
    build(names)
    if options.case:
        return subprocess.run([program(names[0]), options.case], env=os.environ | SANITIZERS).returncode
    make_seeds()
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda name: run(name, options), names))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
