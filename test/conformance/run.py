"""The conformance suite: every ONNX case on one target.

    run.py --target cpu [--devices A,B] [--filter TEXT] [--jobs 2]
           [--keep FILE] [--slice N] [--fallback] [--hosts A,B] [--seconds 60]

A case that fails must be in the lists of exclusions/, with a reason; one that
is there and passes fails the suite. A case is run twice: as it is, and with all
its dimensions made symbolic (entries "case@symbolic"). With devices, one
artefact a case runs on each of them. The host computes nothing but what is its
by nature (docs/host_work.md): each case is compiled with require_target, unless
--fallback allows a target's kernels to fall back. Of N slices, --slice takes the
cases whose names' hash is 0.

With --hosts, cases are compiled for variants of the target cpu (aarch64-neon,
riscv64-gc), once for all of them, and run by the runtimes of those processors under
emulation, which test/hosts/build.sh makes; left out are those with values that are no
tensors of numbers, and those that need a library which these runtimes are built without.

With --keep, a case's result is written to the file as it comes, and cases that are
in it are not run again: a run that was broken off goes on where it was.
"""

import argparse
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import exclusion_list
from results import Results, left_out, outcomes_of

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "hosts"))
import hosts  # noqa: E402


class Worker:
    """A worker process, restarted after a crash or a hang."""

    def __init__(self, seconds, target, *arguments):
        self.seconds = seconds  # A case.
        self.arguments = [target, *arguments]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), *self.arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if not self.process.stdout.readline():
            raise SystemExit("error: the worker does not start; is the package built "
                             "and PYTHONPATH set to build/python?")

    def run(self, name):
        if self.process is None or self.process.poll() is not None:
            self.start()
        # With what it emulates.
        timer = threading.Timer(self.seconds, os.killpg, (self.process.pid, signal.SIGKILL))
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


def run_cases(names, jobs, tell, *worker):
    """Calls tell(name, answer) for each; one call at a time."""
    work = queue.SimpleQueue()
    for name in names:
        work.put(name)
    told = threading.Lock()

    def loop():
        own = Worker(*worker)
        while True:
            try:
                name = work.get_nowait()
            except queue.Empty:
                break
            answer = own.run(name)
            with told:
                tell(name, answer)
        own.stop()

    threads = [threading.Thread(target=loop) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


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


def judge(what, results, target, whole, host=None):
    """Prints what does not agree and a summary; how much it is."""
    outcomes = outcomes_of(results, host)
    exclusions = exclusion_list.read(target)
    complaints = list(exclusion_list.complaints(outcomes, exclusions, whole))
    for complaint in complaints:
        print(f"{host}: {complaint}" if host else complaint)
    print(summary(what, outcomes, exclusions) + left_out(results))
    return len(complaints)


def able_hosts(variants):
    """Those that can be emulated here; tells of the others."""
    for variant in variants:
        if variant not in hosts.HOSTS:
            raise SystemExit(f"error: no host '{variant}'; there are {', '.join(sorted(hosts.HOSTS))}")
        if lacking := hosts.missing(variant):
            print(f"{variant} skipped: there is no {lacking}")
    return [variant for variant in variants if not hosts.missing(variant)]


def main():
    def listed(text):
        return [name for name in text.split(",") if name]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--devices", type=listed, default=[], help="of the target, with commas; default: its first")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    parser.add_argument("--slice", type=int, default=1, metavar="N", help="only every N-th case, by a hash of its name")
    parser.add_argument("--fallback", action="store_true", help="kernels may fall back")
    parser.add_argument("--hosts", type=listed, default=[], help="processors to emulate, with commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=60, help="a case may take; more where others use the machine")
    parser.add_argument("--keep", metavar="FILE", help="where results are kept")
    options = parser.parse_args()

    import suite

    variants = able_hosts(options.hosts)
    if options.hosts and not variants:
        return 77
    names = [case.name for case in suite.all_cases(options.target)
             if options.filter in case.name and zlib.crc32(case.name.encode()) % options.slice == 0]
    arguments = ["--hosts", *variants] if variants else ["--fallback"] * options.fallback + options.devices
    results = Results(options.keep, [options.target, *arguments])
    run_cases([name for name in names if name not in results], options.jobs, results.add, options.seconds,
              options.target, *arguments)
    results.close()
    results = {name: results[name] for name in names}
    if variants:
        return min(1, sum(judge(host, results, "cpu", False, host) for host in variants))
    whole = not options.filter and options.slice == 1
    return min(1, judge(options.target, results, options.target, whole))


if __name__ == "__main__":
    sys.exit(main())
