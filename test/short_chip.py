"""A device that refuses launches for their size: tests of what becomes of these."""

import re
from pathlib import Path

CHIP = Path(__file__).resolve().parents[1] / "targets/atoll/chips/atoll1.chip"


def save_short_chip(path):
    """The device whose streams are so short that it refuses Exp of a million elements: its name."""
    Path(path).write_text(re.sub("stream_limit = .*", "stream_limit = 64", CHIP.read_text()))
    return f"atoll:{path}"
