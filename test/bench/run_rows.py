"""Runs row_worker.py for each row and gathers what it says."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import report
import work

HERE = Path(__file__).resolve().parent


class Gathered:
    """What has been measured so far; `rows` as report.py describes them."""

    def __init__(self):
        self.rows, self.failures, self.machine = [], [], None


def chosen_points(row, quick):
    """Quick: the middle one."""
    return [len(row.labels()) // 2] if quick else None


def run_row(row, request, python, limit_s, gathered):
    """Adds the row's points. What was measured before a crash, the limit or Ctrl-C is
    kept. The machine's peak is measured beside each row, the best of all counts."""
    gathered.machine = work.best_of(gathered.machine, work.peaks(request["threads"]))
    worker = subprocess.Popen([python, HERE / "row_worker.py", json.dumps(request)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, start_new_session=True)
    late = threading.Event()
    timer = threading.Timer(limit_s, lambda: (late.set(), kill(worker)))
    timer.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(worker.stderr.read()))
    reader.start()
    loaded = None
    try:
        for line in worker.stdout:
            if not line.startswith("{"):  # A library prints.
                continue
            answer = json.loads(line)
            if loaded is None:
                loaded = answer
                continue
            answer["problems"] = {**loaded["problems"], **answer["problems"]}
            found = {"row": row.name, "kind": row.kind, "family": row.family, **answer, "load_s": loaded["load_s"]}
            gathered.rows.append(found)
            yield found
    finally:
        if sys.exc_info()[0] is not None:  # Ctrl-C.
            kill(worker)
        status = worker.wait()
        timer.cancel()
        reader.join()
        if status and sys.exc_info()[0] is None:
            last = (errors[0].strip().splitlines() or [""])[-1][-300:]
            why = f"more than {limit_s:g} s" if late.is_set() else f"exit status {status}: {last}"
            gathered.failures.append({"row": row.name, "why": why})


def kill(worker):
    """It and what it started (a compiler, say); nothing if it has ended."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)


def run_all(rows, options, python, gathered):
    """Prints a line for each point. Ctrl-C ends the loop: True."""
    for row in rows:
        request = {"row": row.name, "tiny": options.tiny, "recorded": options.recorded and str(options.recorded),
                   "systems": options.systems, "threads": options.threads, "rounds": options.rounds,
                   "burst_s": options.burst, "clock": options.clock, "points": chosen_points(row, options.quick)}
        before = len(gathered.failures)
        try:
            for found in run_row(row, request, python, options.limit, gathered):
                print(report.point_line(found, gathered.machine), flush=True)
        except KeyboardInterrupt:
            return True
        for failure in gathered.failures[before:]:
            print(f"FAILED  {failure['row']}: {failure['why']}", flush=True)
    return False
