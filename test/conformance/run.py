"""The conformance suite: every ONNX case on one target.

    run.py --target cpu [--devices A,B] [--filter TEXT] [--jobs 2]
           [--json FILE] [--slice N] [--fallback] [--host VARIANT] [--seconds 60]

A case that fails must be in the lists of exclusions/, with a reason; one that
is there and passes fails the suite. A case is run twice: as it is, and with all
its dimensions made symbolic (entries "case@symbolic"). With devices, one
artefact a case runs on each of them. The host computes nothing but what is its
by nature (docs/host_work.md): each case is compiled with require_target, unless
--fallback allows a target's kernels to fall back. Of N slices, --slice takes the
cases whose names' hash is 0.

With --host, cases are compiled for a variant of the target cpu as well
(aarch64-neon) and run by the runtime of that processor under emulation, which
test/hosts/build.sh makes; those with values that are no tensors of numbers are left
out.
"""

import argparse
import json
import queue
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import exclusion_list

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "hosts"))
import hosts  # noqa: E402


class Worker:
    """A worker process, restarted after a crash or a hang."""

    def __init__(self, seconds, target, devices, fallback, host):
        self.seconds = seconds  # A case.
        self.arguments = [target, *(["--host", host] if host else []), *(["--fallback"] if fallback else []), *devices]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), *self.arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise SystemExit("error: the worker does not start; is the package built "
                             "and PYTHONPATH set to build/python?")

    def run(self, name):
        if self.process is None or self.process.poll() is not None:
            self.start()
        timer = threading.Timer(self.seconds, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(name + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        hung = not timer.is_alive()
        timer.cancel()
        if line:
            return json.loads(line)
        code = self.process.wait()
        self.process = None
        return {"failure": "HANG" if hung else f"CRASH (exit status {code})", "ms": 0}

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


def run_cases(names, jobs, *worker):
    work = queue.SimpleQueue()
    for name in names:
        work.put(name)
    results = {}

    def loop():
        own = Worker(*worker)
        while True:
            try:
                name = work.get_nowait()
            except queue.Empty:
                break
            results[name] = own.run(name)
            if sys.stderr.isatty() and len(results) % 20 == 0:
                print(f"\r{len(results)}/{len(names)}", end="", file=sys.stderr, flush=True)
        own.stop()

    threads = [threading.Thread(target=loop) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def outcomes_of(results):
    """{entry: why it failed, or None}, symbolic runs as entries of their own."""
    found = {}
    for name, answer in sorted(results.items()):
        if "left_out" in answer:
            continue
        found[name] = answer["failure"]
        if "symbolic" in answer:
            found[name + exclusion_list.SYMBOLIC] = answer["symbolic"]
    return found


def summary(target, outcomes, exclusions):
    """One line: how many cases pass, as they are, and how many runs fail."""
    def count(prefix):
        plain = [e for e in outcomes if e.startswith(prefix) and not e.endswith(exclusion_list.SYMBOLIC)]
        passed = sum(outcomes[entry] is None for entry in plain)
        return f"{passed} of {len(plain)}", f"({passed / max(len(plain), 1):.1%})"

    (cases, share), (nodes, node_share) = count(""), count("node/")
    failed = {entry for entry, failure in outcomes.items() if failure}
    never = sum(any(x.verdict == "never" and x.matches(entry) for x in exclusions) for entry in failed)
    return (f"{target}: {cases} cases pass {share}; node suite {nodes} {node_share}; "
            f"{len(failed)} runs fail, {never} of them because the expectation is random or wrong")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--devices", default="", help="devices of the target, with commas; default: its first")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    parser.add_argument("--slice", type=int, default=1, metavar="N", help="only every N-th case, by a hash of its name")
    parser.add_argument("--fallback", action="store_true", help="kernels may fall back")
    parser.add_argument("--host", choices=sorted(hosts.HOSTS), help="a processor to emulate")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=60, help="a case may take; more where others use the machine")
    parser.add_argument("--json", help="write all results here")
    options = parser.parse_args()

    import suite

    if options.host and (lacking := hosts.missing(options.host)):
        print(f"skipped: there is no {lacking}")
        return 77
    names = [case.name for case in suite.all_cases(options.target)
             if options.filter in case.name and zlib.crc32(case.name.encode()) % options.slice == 0]
    devices = [name for name in options.devices.split(",") if name]
    results = run_cases(names, options.jobs, options.seconds, options.target, devices, options.fallback,
                        options.host)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1, sort_keys=True))
    outcomes = outcomes_of(results)
    exclusions = exclusion_list.read(options.target)
    whole = not options.filter and options.slice == 1 and not options.host
    complaints = list(exclusion_list.complaints(outcomes, exclusions, whole))
    for complaint in complaints:
        print(complaint)
    left_out = len(results) - sum(not entry.endswith(exclusion_list.SYMBOLIC) for entry in outcomes)
    print(summary(options.host or options.target, outcomes, exclusions) + (f"; {left_out} left out" if left_out else ""))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
