"""Whether results are those of ONNX Runtime, and by which measure."""

import numpy as np
import onnx
import tolerance
from onnx import TensorProto, numpy_helper

# The share of a narrow or quantised net's result that may differ, as root of mean
# squares: a rounding that falls the other way changes what all later layers round.
SHARE = {"bf16": 0.05, "fp16": 0.01}
# Of quantised nets: of the distance between the net and the one it was made from.
SHARE_OF_QUANTIZATION = 0.5
LABELS_THAT_MAY_FLIP = 0.05


def rms(values):
    values = np.asarray(values, np.float64)
    return float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0


def noise_reason(want, got, limit):
    """Why the difference is more than noise; `limit` is that of the root of mean squares."""
    if want.shape != got.shape:
        return f"shape {got.shape}, expected {want.shape}"
    if want.dtype.kind in "iub" and want.dtype.itemsize > 1 or want.dtype.kind == "b":
        flipped = float(np.mean(want != got)) if want.size else 0.0
        return f"{flipped:.0%} of the labels differ" if flipped > LABELS_THAT_MAY_FLIP else None
    w, g = want.astype(np.float64), got.astype(np.float64)
    both = np.isfinite(w) & np.isfinite(g)
    if not np.array_equal(np.isfinite(w), np.isfinite(g)):
        return "other elements are infinite or NaN"
    error = rms((w - g)[both])
    return f"differs by {error:.3g} (root of mean squares), {limit:.3g} is allowed" if error > limit else None


def reason(want, got, form, plain=None):
    """Why an output is wrong, or None; (reason, "" or "as a whole").

    form: "", "fp16", "bf16", or "int" for quantised nets, with `plain` as what the
    net before quantisation gives.
    """
    near = tolerance.differs(want, got)
    if near is None or not form or not isinstance(want, np.ndarray):
        return near, ""
    if form == "int":
        if plain is None or plain.shape != want.shape:
            return near, ""
        # A quantisation step at least, where quantisation happens to change little.
        limit = max(SHARE_OF_QUANTIZATION * rms(want.astype(np.float64) - plain), rms(want) / 256)
    else:
        limit = SHARE[form] * rms(want)
    return noise_reason(want, np.asarray(got), limit), "as a whole"


def widened(model):
    """The model with every bfloat16 as float32, which ONNX Runtime has kernels for."""
    model = onnx.ModelProto.FromString(model.SerializeToString())

    def widen(graph):
        for tensor in graph.initializer:
            widen_tensor(tensor)
        for value in (*graph.input, *graph.output, *graph.value_info):
            if value.type.tensor_type.elem_type == TensorProto.BFLOAT16:
                value.type.tensor_type.elem_type = TensorProto.FLOAT
        widen_nodes(graph.node)

    def widen_tensor(tensor):
        if tensor.data_type == TensorProto.BFLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))

    def widen_nodes(nodes):
        for node in nodes:
            for attribute in node.attribute:
                widen_tensor(attribute.t)
                if attribute.name in ("to", "dtype") and attribute.i == TensorProto.BFLOAT16:
                    attribute.i = TensorProto.FLOAT
                if attribute.HasField("g"):
                    widen(attribute.g)

    widen(model.graph)
    for function in model.functions:
        widen_nodes(function.node)
    return model
