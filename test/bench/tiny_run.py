"""Runs rows in the caller's process, for tests."""

from onnx import numpy_helper
from row_worker import load, point, truth_of

REQUEST = {"systems": ["landfall", "onnxruntime"], "threads": 1, "rounds": 1, "burst_s": 0.0, "clock": "elapsed"}


def first_point(row):
    """What the row gives at its first point."""
    runs, _, problems = load(row.model(), REQUEST["systems"], REQUEST["threads"])
    found = point(row, 0, runs, REQUEST, None, 0, truth_of(row, REQUEST["threads"]))
    return {**found, "problems": {**problems, **found["problems"]}}


def record(row, folder):
    """Writes the row's model and the inputs of its first point as recorded ones."""
    (folder / "model.onnx").write_bytes(row.model())
    for k, value in enumerate(row.feeds(0).values()):
        path = folder / "test_data_set_0" / f"input_{k}.pb"
        path.write_bytes(numpy_helper.from_array(value).SerializeToString())
