"""What a point asks of the machine, and what the machine can do."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

from work_counter import WorkCounter  # noqa: E402


def counter_of(model):
    """Counts multiply-adds of feeds; None where the model cannot be asked."""
    import onnx

    try:
        proto = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(model)
        return WorkCounter(proto)
    except Exception:  # Larger than a message may be, or refused by ONNX Runtime.
        return None


def weight_bytes(model):
    """Bytes of the initializers."""
    import onnx

    proto = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(model)
    return sum(size_of(tensor.dims, tensor.data_type) for tensor in proto.graph.initializer)


def size_of(dims, data_type):
    from onnx import TensorProto, helper

    count = int(np.prod(dims, dtype=np.int64))
    if data_type in (TensorProto.INT4, TensorProto.UINT4):
        return (count + 1) // 2
    return count * helper.tensor_dtype_to_np_dtype(data_type).itemsize


def value_bytes(values):
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def peaks(threads):
    """What build/bin/peak measures: {"gflops", "bandwidth": [[bytes, GB/s]...]}."""
    done = subprocess.run([ROOT / "build" / "bin" / "peak", str(threads)], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    return {key: report[key] for key in ("gflops", "bandwidth")}


def best_of(first, second):
    """The higher of two measurements of the same machine: load lowers them."""
    if first is None:
        return second
    return {"gflops": max(first["gflops"], second["gflops"]),
            "bandwidth": [[size, max(a, b)] for (size, a), (_, b) in zip(first["bandwidth"], second["bandwidth"])]}


def roofline_ms(macs, moved, machine):
    """The least time for `macs` multiply-adds and `moved` bytes of inputs, weights and
    outputs, each moved once: from the smallest cache that holds them all."""
    bandwidth = next((rate for size, rate in machine["bandwidth"] if moved <= size), machine["bandwidth"][-1][1])
    return max(2 * macs / machine["gflops"], moved / bandwidth) / 1e6
