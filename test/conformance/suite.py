"""The conformance cases: ONNX's node tests and small model tests.

The cases come from the installed `onnx` package: node tests from its own case
loader, the others from the data that its wheel carries.
"""

import contextlib
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
FOLDERS = ("simple", "pytorch-converted", "pytorch-operator")


@dataclass
class Case:
    """One model with the inputs and outputs of its data sets."""

    name: str  # "node/test_abs"
    model: onnx.ModelProto
    directory: str  # Where external data lies.
    data_sets: list  # of (inputs, outputs); lists of arrays, lists or None

    def operators(self):
        """The operators that the model uses, "domain.Type" or "Type"."""
        found = set()

        def visit(nodes):
            for node in nodes:
                found.add(f"{node.domain}.{node.op_type}" if node.domain else node.op_type)
                for attribute in node.attribute:
                    if attribute.type == onnx.AttributeProto.GRAPH:
                        visit(attribute.g.node)

        visit(self.model.graph.node)
        return found


def load_value(path, type_proto):
    """Reads a .pb value of the given type."""
    data = path.read_bytes()
    kind = type_proto.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def load_folder_case(name, folder):
    """A case stored as model.onnx and test_data_set_* folders."""
    model = onnx.load(folder / "model.onnx", load_external_data=False)
    data_sets = []
    for data_set in sorted(folder.glob("test_data_set_*")):
        def values(kind, infos):
            return [
                load_value(data_set / f"{kind}_{k}.pb", info.type)
                for k, info in enumerate(infos)
                if (data_set / f"{kind}_{k}.pb").exists()
            ]

        data_sets.append((values("input", model.graph.input), values("output", model.graph.output)))
    return Case(name, model, str(folder), data_sets)


def as_value(value):
    """Some node tests state narrow types as TensorProto."""
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def node_cases():
    # The loader prints and warns while it makes its data.
    with warnings.catch_warnings(), open(os.devnull, "w") as sink:
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(sink), np.errstate(all="ignore"):
            from onnx.backend.test.loader import load_model_tests

            cases = load_model_tests(kind="node")
    for case in cases:
        data_sets = [
            ([as_value(v) for v in inputs], [as_value(v) for v in outputs])
            for inputs, outputs in case.data_sets
        ]
        yield Case(f"node/{case.name}", case.model, "", data_sets)


def light_cases():
    """Real architectures with constant weights; inputs as the ONNX test does."""
    for path in sorted((DATA / "light").glob("*.onnx")):
        model = onnx.load(path)
        known = {i.name for i in model.graph.initializer}
        feeds = [i for i in model.graph.input if i.name not in known]
        inputs = []
        for feed in feeds:
            shape = [d.dim_value for d in feed.type.tensor_type.shape.dim]
            count = int(np.prod(shape))
            inputs.append((np.arange(count).reshape(shape) / count).astype(np.float32))
        expected = path.with_name(path.stem + "_output_0.pb")
        output = numpy_helper.to_array(onnx.TensorProto.FromString(expected.read_bytes()))
        yield Case(f"light/{path.stem}", model, str(path.parent), [(inputs, [output])])


def all_cases(target="cpu"):
    """Every case for a target, in a fixed order. Where kernels are interpreted
    or simulated, each of the light models would take minutes."""
    yield from node_cases()
    for folder in FOLDERS:
        for path in sorted((DATA / folder).iterdir()):
            if (path / "model.onnx").exists():
                yield load_folder_case(f"{folder}/{path.name}", path)
    if target == "cpu":
        yield from light_cases()


def make_symbolic(model):
    """A copy whose tensor inputs have only symbolic dimensions, or None if
    there is nothing to change."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    known = {i.name for i in copy.graph.initializer}
    changed = False
    for value in copy.graph.input:
        if value.name in known or not value.type.HasField("tensor_type"):
            continue
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            if dim.HasField("dim_value"):
                dim.dim_param = f"{value.name}_{axis}"
                changed = True
    # What was inferred for fixed sizes no longer holds.
    del copy.graph.value_info[:]
    for value in copy.graph.output:
        if value.type.HasField("tensor_type"):
            for axis, dim in enumerate(value.type.tensor_type.shape.dim):
                dim.dim_param = f"{value.name}_out_{axis}"
    return copy if changed else None
