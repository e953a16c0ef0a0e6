"""Processes that look at cases one by one, and are replaced when one dies or hangs.

A worker prints lines: "N place<tab>what" before each case; "L" before it calls
landfall, "R" before the rival and "-" after either; "O kind text" for each
outcome; "end" when it has no more cases.
"""

import os
import select
import subprocess
import time
from pathlib import Path

DEATHS = ("crash", "hang")
PATIENCE = 10


def computed_seconds(process):
    """Processor time of a process that runs."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


class Worker:
    """One process at a time.

    command(place): the words that start a process at a case; next_place(place): the
    case after one; note(worker, kind, text): an outcome, of worker.at and worker.what.
    A case that computes for longer than `seconds` is a hang, and so is one that
    waits for PATIENCE times as long: the machine may be busy.
    """

    def __init__(self, command, next_place, note, seconds, place=""):
        self.command, self.next_place, self.note, self.seconds = command, next_place, note, seconds
        self.at = self.what = self.began_after = ""
        self.start(place)

    def start(self, place):
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        self.process = subprocess.Popen(self.command(place), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env=environment)
        self.text, self.phase, self.done = b"", "", False
        self.note_time()

    def note_time(self):
        self.last, self.computed = time.monotonic(), computed_seconds(self.process)

    def read(self):
        part = os.read(self.process.stdout.fileno(), 1 << 16)
        if not part:
            return self.ended("crash", f"status {self.process.wait()}")
        *lines, self.text = (self.text + part).split(b"\n")
        for line in lines:
            self.take(line.decode(errors="replace"))
        self.note_time()

    def take(self, line):
        tag, _, rest = line.partition(" ")
        if tag == "N":
            self.at, _, self.what = rest.partition("\t")
        elif tag == "O":
            kind, _, text = rest.partition(" ")
            self.note(self, kind, text)
        elif tag == "end":
            self.done = True
        self.phase = tag

    def ended(self, kind, text):
        """It died (or was killed); another goes on with the next case."""
        if self.done:
            return
        if self.phase == "L":
            self.note(self, kind, text)
        elif self.phase and self.at != self.began_after:  # The rival, or a tool that changes models.
            self.note(self, f"rival's {kind}", text)
        else:
            self.note(self, "crash", f"a worker ended on its own, {text}")
            self.done = True
            return
        self.began_after = self.at
        self.start(self.next_place(self.at))

    def check_time(self):
        if self.done or self.phase not in ("L", "R", "-"):
            return
        computed = computed_seconds(self.process) - self.computed
        if computed > self.seconds or time.monotonic() - self.last > PATIENCE * self.seconds:
            self.process.kill()
            self.process.wait()
            self.ended("hang", f"more than {self.seconds} s")


def watch(workers):
    """Until all are done."""
    while any(not worker.done for worker in workers):
        waiting = {worker.process.stdout: worker for worker in workers if not worker.done}
        for stream in select.select(list(waiting), [], [], 1)[0]:
            waiting[stream].read()
        for worker in waiting.values():
            worker.check_time()
