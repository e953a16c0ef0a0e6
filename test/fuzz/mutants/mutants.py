"""The mutant of a seed and a number: a source, and a few mutations of it."""

import random

import numpy as np

from mutants import node_changes, size_changes, structure_changes
from mutants.size_changes import other_feeds
from mutants.sources import Sources

MUTATIONS = [*size_changes.MUTATIONS, *node_changes.MUTATIONS, *structure_changes.MUTATIONS]
KEEP_REFUSED = 0.1  # How often a mutation that the rival refuses stays.
SYMBOLIC = 0.4  # How often dimensions get names at the end.
# What a mutation throws where it does not fit what it found.
MISFITS = (KeyError, ValueError, IndexError, TypeError, RuntimeError, OverflowError, StopIteration)


class Mutants:
    """make(number, is_long) gives (where it comes from, Mutant, further feeds for it);
    extents may be long where it is run fast."""

    def __init__(self, seed, folder, only_real=False):
        self.seed, self.sources = seed, Sources(seed, folder, only_real)

    def make(self, number, is_long):
        rng = random.Random(f"{self.seed}:{number}")
        with np.errstate(all="ignore"):
            name, mutant = self.sources.draw(number, rng, is_long)
            for _ in range(rng.choice([0, 1, 1, 2, 3, 4, 6])):
                mutant = mutated(mutant, rng)
            if rng.random() < SYMBOLIC:
                size_changes.make_symbolic(mutant, rng)
            further = other_feeds(mutant, rng)
        return name, mutant, [further] if further else []


def mutated(mutant, rng):
    """One mutation of it, or itself if none of a few can be made."""
    for _ in range(8):
        change = rng.choice(MUTATIONS)
        copy = mutant.copy()
        copy.known = mutant.known
        try:
            changed = change(copy, rng)
        except MISFITS:
            continue
        copy.known = None
        copy.history.append(change.__name__)
        if changed and copy.size() and copy.outputs() and (copy.values() or rng.random() < KEEP_REFUSED):
            return copy
    return mutant
