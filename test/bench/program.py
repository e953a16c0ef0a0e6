"""Runs the command line of the build."""

import resource
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent.parent / "build" / "bin" / "landfall"


def landfall(*arguments):
    """What the program prints, and the processor time that it took, in seconds; RuntimeError: what
    it says of a failure."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    start = spent()
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout, spent() - start
