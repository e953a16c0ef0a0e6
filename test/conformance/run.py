"""The conformance suite: every ONNX case on one target.

    run.py --target cpu [--devices A,B] [--filter TEXT] [--jobs 2]
           [--json FILE] [--update]

A case that fails must be in exclusions/<target>.txt with a reason; one that is
there and passes fails the suite. A case is run twice: as it is, and with all
its dimensions made symbolic (entries "case [symbolic]"). With devices, one
artefact a case runs on each of them. The host computes nothing but what is its
by nature (docs/host_work.md): each case is compiled with require_target.
"""

import argparse
import json
import queue
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
TIME_LIMIT = 60  # seconds a case


class Worker:
    """A worker process, restarted after a crash or a hang."""

    def __init__(self, target, devices):
        self.target = target
        self.devices = devices
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), self.target, *self.devices],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise SystemExit("error: the worker does not start; is the package built "
                             "and PYTHONPATH set to build/python?")

    def run(self, name):
        if self.process is None or self.process.poll() is not None:
            self.start()
        timer = threading.Timer(TIME_LIMIT, self.process.kill)
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


def read_exclusions(path):
    """{entry: reason}; lines are "entry: reason"."""
    found = {}
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                entry, _, reason = line.partition(": ")
                found[entry] = reason
    return found


def run_cases(names, target, devices, jobs):
    work = queue.SimpleQueue()
    for name in names:
        work.put(name)
    results = {}

    def loop():
        worker = Worker(target, devices)
        while True:
            try:
                name = work.get_nowait()
            except queue.Empty:
                break
            results[name] = worker.run(name)
            if sys.stderr.isatty() and len(results) % 20 == 0:
                print(f"\r{len(results)}/{len(names)}", end="", file=sys.stderr, flush=True)
        worker.stop()

    threads = [threading.Thread(target=loop) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def failures(results):
    """{entry: reason}, symbolic runs as entries of their own."""
    found = {}
    for name, answer in sorted(results.items()):
        if answer["failure"] is not None:
            found[name] = answer["failure"]
        elif answer.get("symbolic") is not None:
            found[name + " [symbolic]"] = answer["symbolic"]
    return found


def write_exclusions(path, failed):
    lines = ["# Cases that do not pass on this target, each with its reason.",
             "# An entry that passes fails the suite: remove it."]
    for entry, reason in failed.items():
        lines.append(f"{entry}: {' '.join(reason.split())[:200]}")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--devices", default="", help="devices of the target, with commas; default: its first")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", help="write all results here")
    parser.add_argument("--update", action="store_true", help="rewrite the exclusions from this run")
    options = parser.parse_args()

    import suite

    names = [case.name for case in suite.all_cases(options.target) if options.filter in case.name]
    devices = [name for name in options.devices.split(",") if name]
    results = run_cases(names, options.target, devices, options.jobs)
    failed = failures(results)
    path = HERE / "exclusions" / f"{options.target}.txt"
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1, sort_keys=True))
    if options.update and not options.filter:
        # A crash or a hang is never excluded.
        write_exclusions(path, {k: v for k, v in failed.items() if not v.startswith(("CRASH", "HANG"))})
    excluded = read_exclusions(path)
    unexpected = {k: v for k, v in failed.items() if k not in excluded}
    ran = set(names) | {name + " [symbolic]" for name in names}
    stale = [entry for entry in excluded if entry in ran and entry not in failed]
    for entry, reason in unexpected.items():
        print(f"FAILED {entry}: {reason}")
    for entry in stale:
        print(f"PASSES, remove it from {path.name}: {entry}")
    passed = len(names) - sum("[symbolic]" not in entry for entry in failed)
    node = [n for n in names if n.startswith("node/")]
    node_passed = sum(n not in failed for n in node)
    print(f"{options.target}: {passed} of {len(names)} cases pass "
          f"({passed / max(len(names), 1):.1%}); node suite {node_passed} of {len(node)} "
          f"({node_passed / max(len(node), 1):.1%}); {len(excluded)} exclusions")
    return 1 if unexpected or stale else 0


if __name__ == "__main__":
    sys.exit(main())
