"""The lists of cases that are known to fail: exclusions/*.txt.

A target's list is shared.txt and <target>.txt together. A line is
"pattern  never|not-yet  reason" (shared.txt says what they mean); the name of
a case that runs with symbolic dimensions ends in SYMBOLIC. A list is held to
what happened: it must name every failure, and nothing else.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

FOLDER = Path(__file__).parent / "exclusions"
SHARED = "shared"
SYMBOLIC = "@symbolic"
LINE = re.compile(r"(\S+)\s+(never|not-yet)\s+(\S.*)")


@dataclass(frozen=True)
class Exclusion:
    pattern: str  # A case's name, with '*' and '?'.
    verdict: str  # "never" or "not-yet"
    reason: str
    place: str  # "shared.txt:12"

    def matches(self, entry):
        # '*' does not reach into the suffix: a plain pattern means plain runs.
        name, _, suffix = entry.partition("@")
        pattern, _, wanted = self.pattern.partition("@")
        return suffix == wanted and fnmatchcase(name, pattern)


def targets():
    """The targets that the suite runs on, by name."""
    return sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem != SHARED)


def read(target):
    """The exclusions of a target, which may have no list of its own. SystemExit:
    a line is not in the form."""
    names = [name for name in (SHARED, target) if (FOLDER / f"{name}.txt").exists()]
    return [exclusion for name in names for exclusion in parse((FOLDER / f"{name}.txt").read_text(), name)]


def parse(text, name):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if not match:
            raise SystemExit(f"error: exclusions/{name}.txt:{number}: expected 'pattern  never|not-yet  reason'")
        found.append(Exclusion(*match.groups(), f"{name}.txt:{number}"))
    return found


def excluded(entry, exclusions):
    return any(exclusion.matches(entry) for exclusion in exclusions)


def complaints(outcomes, exclusions, whole):
    """What does not agree. outcomes: {entry: why it failed, or None}, of the
    runs that took place; whole: all cases ran, so every pattern must match."""
    for entry, failure in outcomes.items():
        # A crash or a hang is never excused.
        if failure and (failure.startswith(("CRASH", "HANG")) or not excluded(entry, exclusions)):
            yield f"FAILED {entry}: {failure}"
    for exclusion in exclusions:
        matched = [entry for entry in outcomes if exclusion.matches(entry)]
        for entry in matched:
            if outcomes[entry] is None:
                yield f"PASSES {entry}: take it out of exclusions/{exclusion.place} ({exclusion.pattern})"
        if whole and not matched:
            yield f"NO CASE matches exclusions/{exclusion.place}: {exclusion.pattern}"
