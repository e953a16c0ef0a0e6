"""The worker's side of a pipe that carries a JSON line for each question and answer."""

import json
import os
import sys


def serve(ready, answer):
    """Says that it is ready, then answers each line of standard input. What the
    libraries print goes nowhere: the pipe is for answers."""
    pipe = os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)

    def say(what):
        pipe.write(json.dumps(what) + "\n")
        pipe.flush()

    say(ready)
    for line in sys.stdin:
        say(answer(json.loads(line)))
