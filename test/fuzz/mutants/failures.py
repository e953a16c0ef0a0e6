"""Findings: made smaller, and filed as a folder with a model and its data."""

import hashlib
import re
import time

import numpy as np
import onnx
from onnx import numpy_helper

from mutants.mutant import Mutant


def drop_nodes(mutant):
    """Parts without some nodes; results that are missing then are fed."""
    values = mutant.values() or {}
    count = mutant.size()
    size = count // 2
    while size:
        for begin in range(0, count, size):
            kept = set(range(count)) - set(range(begin, begin + size))
            wanted = [name for p in sorted(kept) for name in mutant.graph.node[p].output if name in mutant.outputs()]
            try:
                part = mutant.part(kept, values, wanted or None) if kept else None
            except KeyError:  # A value that is not known.
                continue
            if part and part.outputs():
                part.prune()
                yield part
        size //= 2


def fewer_outputs(mutant):
    for name in mutant.outputs() if len(mutant.outputs()) > 1 else []:
        copy = mutant.copy()
        copy.set_outputs([name])
        copy.prune()
        yield copy


def smaller_inputs(mutant):
    for name, value in mutant.feeds.items():
        for axis in range(value.ndim if isinstance(value, np.ndarray) else 0):
            for extent in (1, value.shape[axis] // 2, value.shape[axis] - 1):
                if 0 < extent < value.shape[axis]:
                    copy = mutant.copy()
                    copy.redeclare(name, np.ascontiguousarray(np.take(value, range(extent), axis)))
                    yield copy


def fixed_inputs(mutant):
    if any(dim.dim_param for value in mutant.inputs() for dim in value.type.tensor_type.shape.dim):
        copy = mutant.copy()
        for name, value in mutant.feeds.items():
            copy.redeclare(name, value)
        yield copy


def shrunk(mutant, still_shows, seconds):
    """The smallest mutant found in that time for which `still_shows` holds."""
    end = time.monotonic() + seconds
    ways = (fewer_outputs, drop_nodes, fixed_inputs, smaller_inputs)
    found = True
    while found:
        found = False
        for way in ways:
            for candidate in way(mutant):
                if time.monotonic() > end:
                    return mutant
                if weight(candidate) < weight(mutant) and still_shows(candidate):
                    mutant, found = candidate, True
                    break
            if found:
                break
    return mutant


def elements(value):
    return sum(map(elements, value)) if isinstance(value, list) else np.size(value)


def weight(mutant):
    symbols = sum(bool(dim.dim_param) for value in mutant.inputs() for dim in value.type.tensor_type.shape.dim)
    return mutant.size(), len(mutant.graph.output), symbols, sum(map(elements, mutant.feeds.values()))


def as_tensor_file(value):
    """A sequence or a tensor as the bytes of its .pb file."""
    if isinstance(value, list):
        return numpy_helper.from_list(value).SerializeToString()
    return numpy_helper.from_array(np.asarray(value)).SerializeToString()


def file_finding(folder, verdict, place, history, expected=()):
    """Writes model.onnx, test_data_set_0 and README; a second one of the same key is not written. The folder's name."""
    digest = hashlib.sha256(repr(verdict.key()).encode()).hexdigest()[:8]
    name = re.sub(r"\W+", "_", f"{verdict.kind}_{verdict.operator}_{digest}")
    path = folder / name
    if path.exists():
        return name
    data = path / "test_data_set_0"
    data.mkdir(parents=True)
    (path / "model.onnx").write_bytes(verdict.mutant.model.SerializeToString())
    for k, value in enumerate(verdict.mutant.inputs()):
        (data / f"input_{k}.pb").write_bytes(as_tensor_file(verdict.mutant.feeds[value.name]))
    for k, value in enumerate(expected):
        (data / f"output_{k}.pb").write_bytes(as_tensor_file(value))
    (path / "README").write_text(
        f"{verdict.kind} {verdict.operator}: {verdict.text}\nmutate_models.py --only {place}\n{', '.join(history)}\n\n"
        f"{onnx.printer.to_text(verdict.mutant.model)[:5000]}\n")
    return name


def read_finding(path):
    """The mutant of a model.onnx with its first data set."""
    import suite

    model = onnx.load(path)
    case = suite.load_folder_case(path.parent.name, path.parent)
    known = {tensor.name for tensor in model.graph.initializer}
    names = [value.name for value in model.graph.input]
    values = case.data_sets[0][0]
    if len(values) < len(names):
        names = [name for name in names if name not in known]
    return Mutant(model, dict(zip(names, values)))
