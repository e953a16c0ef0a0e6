"""Exports on request, with the frameworks' Python: one JSON line in, one out.

    export_worker.py FOLDER

In: {"name", "variant"}. Out: {"error": None or why it was not exported, "seconds"}.
Writes FOLDER/STEM.onnx and STEM.json, which tells judge_worker.py what to feed.
"""

import json
import logging
import os
import re
import sys
import time
import traceback
import warnings
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
warnings.filterwarnings("ignore")
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # Nothing may be downloaded.

from answers import serve  # noqa: E402
from architecture import file_stem  # noqa: E402
from feeds import feeds  # noqa: E402
from table import architectures  # noqa: E402


def described(architecture):
    return {name: asdict(value) for name, value in architecture.inputs.items()}


def export(architecture, exporter, path):
    import onnx

    if exporter == "direct":
        onnx.save(architecture.build(), path)
        return
    import exporters

    sample = feeds(described(architecture), architecture.shapes[0], architecture.seed)
    exporters.export_module(architecture, exporter, sample, path)


def ensure(folder, architecture, variant):
    """Writes the files unless they are there; gives the path of the model."""
    path = folder / f"{file_stem(architecture.name, variant)}.onnx"
    description = path.with_suffix(".json")
    if description.exists():
        return path
    exporter, _, form = variant.partition("/")
    if form:
        import forms

        source = ensure(folder, architecture, exporter)
        samples = [feeds(described(architecture), sizes, architecture.seed) for sizes in architecture.shapes]
        forms.make(form, source, path, samples)
    else:
        export(architecture, exporter, path)
    description.write_text(json.dumps({
        "inputs": described(architecture), "shapes": architecture.shapes, "seed": architecture.seed,
        "form": form, "source": f"{file_stem(architecture.name, exporter)}.onnx" if form else None}, indent=1))
    return path


def cause(failure):
    """One line of the first exception of the chain: exporters wrap it in advice."""
    while inner := failure.__cause__ or failure.__context__:
        failure = inner
    text = re.sub(r"\x1b\[\d*m", "", str(failure))
    return f"{type(failure).__name__}: {' '.join(text.split())}"[:500]


def answer(folder, table, request):
    start = time.monotonic()
    error = None
    try:
        ensure(folder, table[request["name"]], request["variant"])
    except Exception as failure:  # Exporters raise everything.
        error = cause(failure)
        if os.environ.get("ZOO_TRACE"):
            traceback.print_exc()
    return {"error": error, "seconds": round(time.monotonic() - start, 2)}


def main():
    logging.disable(logging.WARNING)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    table = architectures()
    serve({"ready": len(table)}, lambda request: answer(folder, table, request))


if __name__ == "__main__":
    main()
