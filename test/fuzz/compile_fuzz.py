"""Malformed models through the whole compiler, and what compiles through a run.

    compile_fuzz.py [seconds [first case]]

Damages small models, in their structure or their bytes. A case passes if it
compiles or is refused with a landfall.Error; a crash, a hang or any other
exception is a finding. A case follows from its number alone. Cases run in a
process of their own, which says the number of each before it starts.
"""

import os
import random
import resource
import select
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx

SECONDS_A_CASE = 20
MEMORY_LIMIT = 6 << 30
DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
DTYPES = ("float32", "float64", "int32", "int64", "uint8", "bool")
NUMBERS = [0, 1, -1, 2, 3, 7, -5, 300, 1 << 34, (1 << 62) + 1, -(1 << 63)]


#===--- Damage ------------------------------------------------------------===#


def damage_attribute(graph, rng, node, types):
    if not node.attribute:
        node.attribute.append(onnx.helper.make_attribute("axis", rng.choice(NUMBERS)))
        return
    attribute = rng.choice(node.attribute)
    if attribute.ints and rng.random() < 0.8:
        attribute.ints[rng.randrange(len(attribute.ints))] = rng.choice(NUMBERS)
    elif attribute.type == onnx.AttributeProto.INT and rng.random() < 0.8:
        attribute.i = rng.choice(NUMBERS)
    elif rng.random() < 0.5:
        attribute.type = rng.randrange(1, 12)
    else:
        node.attribute.remove(attribute)


def damage_dims(graph, rng, node, types):
    value = rng.choice(graph.input) if graph.input else None
    if value is None or not value.type.tensor_type.shape.dim:
        return
    dims = value.type.tensor_type.shape.dim
    kind = rng.randrange(4)
    if kind == 0:
        rng.choice(dims).dim_value = rng.choice(NUMBERS)
    elif kind == 1:
        rng.choice(dims).dim_param = rng.choice(["N", "M", ""])
    elif kind == 2:
        dims.add().dim_value = rng.choice(NUMBERS)
    else:
        dims.pop()


def damage_type(graph, rng, node, types):
    if graph.input:
        rng.choice(graph.input).type.tensor_type.elem_type = rng.randrange(0, 26)


def damage_operator(graph, rng, node, types):
    node.op_type = rng.choice(types)


def damage_inputs(graph, rng, node, types):
    names = [name for other in graph.node for name in (*other.input, *other.output)] + ["", "nowhere"]
    if node.input and rng.random() < 0.7:
        node.input[rng.randrange(len(node.input))] = rng.choice(names)
    elif node.input and rng.random() < 0.5:
        node.input.pop()
    else:
        node.input.append(rng.choice(names))


def damage_weight(graph, rng, node, types):
    if not graph.initializer:
        return
    tensor = rng.choice(graph.initializer)
    if tensor.dims and rng.random() < 0.5:
        tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice(NUMBERS)
    elif tensor.raw_data:
        tensor.raw_data = bytes(rng.choice([0, 1, 255]) if rng.random() < 0.2 else b for b in tensor.raw_data[:4096])


def damage_nodes(graph, rng, node, types):
    if rng.random() < 0.5:
        graph.node.append(node)
    else:
        graph.node.remove(node)


DAMAGES = [damage_attribute, damage_dims, damage_type, damage_operator, damage_inputs, damage_weight, damage_nodes]


def damaged_bytes(data, rng):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data))
        kind = rng.randrange(3)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at:at + rng.randrange(1, 16)]
        else:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 6)))
        data = data or bytearray(b"\0")
    return bytes(data)


def seeds():
    """(bytes of small models, operator names in them)."""
    paths = sorted(DATA.glob("simple/*/model.onnx")) + sorted(DATA.glob("pytorch-operator/*/model.onnx"))
    models = [path.read_bytes() for path in paths if path.stat().st_size < 20000]
    types = {node.op_type for data in models for node in onnx.load_from_string(data).graph.node}
    schemas = {schema.name for schema in onnx.defs.get_all_schemas() if not schema.domain}
    return models, sorted(types | schemas)


def make_case(number, models, types):
    rng = random.Random(number)
    data = models[number % len(models)]
    if rng.random() < 0.3:
        return damaged_bytes(data, rng)
    model = onnx.load_from_string(data)
    for _ in range(rng.randrange(1, 4)):
        if model.graph.node:
            rng.choice(DAMAGES)(model.graph, rng, rng.choice(model.graph.node), types)
    return model.SerializeToString()


#===--- Running -----------------------------------------------------------===#


def inputs_of(compiled, rng):
    """Small random inputs, or None where they would not be small."""
    feeds = {}
    for value in compiled.inputs:
        shape = [d if isinstance(d, int) and d >= 0 else rng.choice([1, 2, 3]) for d in value.shape or []]
        if value.dtype not in DTYPES or int(np.prod(shape, dtype=object)) > 1 << 14:
            return None
        feeds[value.name] = np.ones(shape, value.dtype)
    return feeds


def run_case(landfall, data, number):
    """"refused", "compiled" or "ran"."""
    rng = random.Random(number)
    try:
        compiled = landfall.compile(data, device="cpu" if number % 16 == 0 else "null", threads=1)
    except landfall.Error:
        return "refused"
    feeds = inputs_of(compiled, rng)
    if feeds is None or number % 16 == 0:
        return "compiled"
    try:
        compiled.run(feeds)
    except landfall.Error:
        return "compiled"
    except ValueError as error:
        if "maximum supported dimension" not in str(error):  # numpy's limit, not ours.
            raise
    return "ran"


def work(first, seconds):
    import landfall

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    models, types = seeds()
    end = time.monotonic() + seconds
    counts = {"refused": 0, "compiled": 0, "ran": 0}
    number = first
    while number == first or time.monotonic() < end:
        print(number, flush=True)
        counts[run_case(landfall, make_case(number, models, types), number)] += 1
        number += 1
    print(", ".join(f"{count} {what}" for what, count in counts.items()) + ", no finding", flush=True)


def last_line(text):
    lines = text.decode().split("\n")
    return lines[-2] if len(lines) > 1 else "none"


def main():
    if sys.argv[1:2] == ["--worker"]:
        return work(int(sys.argv[2]), float(sys.argv[3]))
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    worker = subprocess.Popen([sys.executable, __file__, "--worker", str(first), str(seconds)],
                              stdout=subprocess.PIPE)
    text = b""
    while True:
        if not select.select([worker.stdout], [], [], SECONDS_A_CASE)[0]:
            worker.kill()
            sys.exit(f"finding: case {last_line(text)} hangs")
        part = os.read(worker.stdout.fileno(), 1 << 16)
        if not part:
            break
        text = text[-200:] + part
    last = last_line(text)
    if worker.wait() != 0:
        sys.exit(f"finding: case {last} ends the process (exit status {worker.returncode})")
    print(last)


if __name__ == "__main__":
    main()
