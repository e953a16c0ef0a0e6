"""Results of run_models.py as a file: a row of models.py in a line, so that a change of one shows."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIGITS = 4  # Of times and differences.


def place(device):
    return HERE / "results" / f"{device}.json"


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def load(path):
    """{name of a row: what was measured}."""
    return json.loads(path.read_text()) if path.exists() else {}


def add(path, name, result):
    """Into the file as it is now: another run may have added to it."""
    known = {**load(path), name: rounded(result)}
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in sorted(known.items())]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
