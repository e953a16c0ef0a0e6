"""What the tests of this folder share: onnxruntime with Landfall's provider."""

import sys
from pathlib import Path

import numpy as np
import onnxruntime

import landfall.onnxruntime_ep as landfall_ep

sys.path[:0] = [str(Path(__file__).parent.parent / "conformance"), str(Path(__file__).parent.parent)]

PROVIDER = landfall_ep.get_ep_name()
# ONNX's number and bits of the types that numpy has not. Python can give them to
# onnxruntime, and get them, as memory.
NARROW = {"bfloat16": (16, 16), "float8_e4m3fn": (17, 8), "float8_e4m3fnuz": (18, 8), "float8_e5m2": (19, 8),
          "float8_e5m2fnuz": (20, 8), "uint4": (21, 4), "int4": (22, 4), "float4_e2m1fn": (23, 4),
          "float8_e8m0fnu": (24, 8), "uint2": (25, 2), "int2": (26, 2)}


def session(model, device=None, *, fallback=True, log=3, config=(), **options):
    """A session of a ModelProto or a path: on a device of Landfall, or (None) on onnxruntime alone."""
    made = onnxruntime.SessionOptions() if device is None else landfall_ep.session_options(device, onnxruntime, **options)
    made.log_severity_level = log
    for key, value in dict(config).items():
        made.add_session_config_entry(key, value)
    if not fallback:
        made.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    source = model if isinstance(model, (str, bytes)) else model.SerializeToString()
    return onnxruntime.InferenceSession(source, made)


def is_narrow(value):
    return isinstance(value, np.ndarray) and value.dtype.name in NARROW


def packed(array):
    """The bytes that ONNX has for the elements."""
    bits = NARROW[array.dtype.name][1]
    if bits >= 8:
        return np.frombuffer(array.tobytes(), np.uint8).copy()
    each = 8 // bits
    low = np.resize(array.view(np.uint8).reshape(-1) & ((1 << bits) - 1), -(-array.size // each) * each)
    low[array.size:] = 0
    return np.bitwise_or.reduce(low.reshape(-1, each) << (bits * np.arange(each, dtype=np.uint8)), axis=1, dtype=np.uint8)


def unpacked(memory, like):
    """The elements in such bytes, as an array like another one."""
    bits = NARROW[like.dtype.name][1]
    if bits >= 8:
        return memory.view(like.dtype).reshape(like.shape)
    low = (memory[:, None] >> (bits * np.arange(8 // bits, dtype=np.uint8))).reshape(-1)[:like.size] & ((1 << bits) - 1)
    if like.dtype.name.startswith("float"):
        return low.view(like.dtype).reshape(like.shape)
    signed = low.astype(np.int8)
    if like.dtype.name.startswith("int"):
        signed -= (low >> (bits - 1)).astype(np.int8) << bits
    return signed.astype(like.dtype).reshape(like.shape)


def run(made, inputs, expected=()):
    """Runs on a list of inputs; `expected` says the type and shape of outputs that numpy has not."""
    names = [port.name for port in made.get_inputs()]
    inputs = [np.asarray(value) if isinstance(value, np.generic) else value for value in inputs]
    if any(is_narrow(value) for value in [*inputs, *expected]):
        return run_bound(made, dict(zip(names, inputs)), expected)
    return made.run(None, dict(zip(names, inputs)))


def run_bound(made, feed, expected):
    binding, kept, rooms = made.io_binding(), [], {}
    for name, value in feed.items():
        if is_narrow(value):
            kept.append(packed(value))
            binding.bind_input(name, "cpu", 0, NARROW[value.dtype.name][0], value.shape, kept[-1].ctypes.data)
        else:
            binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(value))
    for port, like in zip(made.get_outputs(), expected, strict=True):
        if is_narrow(like):
            rooms[port.name] = np.zeros_like(packed(like))
            binding.bind_output(port.name, "cpu", 0, NARROW[like.dtype.name][0], like.shape,
                                rooms[port.name].ctypes.data)
        else:
            binding.bind_output(port.name, "cpu")
    made.run_with_iobinding(binding)
    return [unpacked(rooms[port.name], like) if port.name in rooms else value.numpy()
            for port, like, value in zip(made.get_outputs(), expected, binding.get_outputs())]


def providers_of_nodes(made):
    """{provider: number of nodes}; the session needs session.record_ep_graph_assignment_info."""
    counts = {}
    for part in made.get_provider_graph_assignment_info():
        counts[part.ep_name] = counts.get(part.ep_name, 0) + len(part.get_nodes())
    return counts


RECORD = {"session.record_ep_graph_assignment_info": "1"}
