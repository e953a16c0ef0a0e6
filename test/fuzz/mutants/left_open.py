"""Results that ONNX does not specify, or the rival specifies otherwise: no difference there is a fault."""

import numpy as np
from onnx import helper

from mutants.mutant import all_nodes, free_names, subgraphs

# Their results are not specified where an operand is NaN.
NAN_FREE = {"Max", "Min", "ArgMax", "ArgMin", "TopK", "ReduceMax", "ReduceMin", "MaxPool", "GlobalMaxPool", "Clip", "Relu",
            "Unique", "Sign", "Hardmax", "Softmax", "LogSoftmax", "Cast", "QuantizeLinear", "DynamicQuantizeLinear",
            "PRelu", "LeakyRelu", "Elu", "Celu", "Selu", "HardSigmoid", "HardSwish", "ThresholdedRelu", "Shrink",
            "NonMaxSuppression", "NonZero", "OneHot", "ReduceLogSumExp", "GridSample", "RoiAlign", "Pow", "Mod"}
# Nor where one is infinite: a factor that is 0 but for rounding decides.
INFINITE_FREE = {"DFT", "STFT", "DynamicQuantizeLinear", "Resize", "Upsample"}
# Nor ever.
RANDOM = {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
          "RandomUniformLike"}
LARGEST_COORDINATE = 2**24  # Of those that float32 tells apart.
# Nor where one has no elements: the rival does not set sums of nothing to 0.
EMPTY_FREE = {"MatMulInteger", "QLinearMatMul", "ConvInteger", "QLinearConv", "DynamicQuantizeLinear"}


def is_unspecified(part):
    """Whether ONNX leaves a result of these nodes open, on the operands that they have."""
    known = part.values() or part.feeds
    for node in part.graph.node:
        operands = [value for name in sorted(free_names(node)) if isinstance(value := known.get(name), np.ndarray)]
        inside = [node, *(other for graph in subgraphs(node) for other in all_nodes(graph))]
        if any(is_open(other, operands, known) for other in inside):
            return True
    return False


def departs_from_onnx(part):
    """Whether the rival gives a result that ONNX excludes, so that what follows need not fit it."""
    known = part.values() or part.feeds
    return any(slices_backward_to_any(node, known) for node in part.graph.node if node.op_type == "Slice")


def slices_backward_to_any(node, known):
    """A negative step with an end from 2^31 - 1 up: ONNX clamps it to the last element, and nothing is in between;
    the rival walks to the first."""
    if len(node.input) < 5:
        return False
    ends, steps = known.get(node.input[2]), known.get(node.input[4])
    is_known = isinstance(ends, np.ndarray) and isinstance(steps, np.ndarray) and ends.shape == steps.shape
    return is_known and bool(np.any((steps < 0) & (ends >= 2**31 - 1)))


def is_open(node, operands, known):
    reals = [value for value in operands if value.dtype.kind == "f"]
    integers = [value for value in operands if value.dtype.kind in "iu"]
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    # With a third operand, training may be on.
    if node.op_type in RANDOM or node.op_type == "Dropout" and len(node.input) > 2:
        return True
    if node.op_type.endswith("Window") and attributes.get("output_datatype", 1) in (2, 3, 4, 5, 6, 7, 12, 13):
        return True  # How the window is rounded to integers.
    if node.op_type.endswith("Window") and any(np.any(value == 1) for value in operands):
        return True  # One element of a symmetric window: 0 / 0.
    if abs(attributes.get("cubic_coeff_a", 0)) > LARGEST_COORDINATE:
        return True
    if node.op_type == "Resize" and any(np.abs(value, dtype=np.float64).max(initial=0) > LARGEST_COORDINATE for value in reals):
        return True
    if node.op_type == "Squeeze" and attributes.get("axes") == []:
        return True  # An empty list: none of the axes, or all that have one element.
    if node.op_type in NAN_FREE and any(np.isnan(value).any() for value in reals):
        return True
    if node.op_type in INFINITE_FREE and not all(np.isfinite(value).all() for value in reals):
        return True
    if node.op_type in EMPTY_FREE and any(0 in value.shape for value in operands):
        return True
    if node.op_type == "QuantizeLinear" and isinstance(scale := known.get(node.input[1]), np.ndarray) and np.any(scale == 0):
        return True  # 0 / 0, which no integer is.
    if node.op_type == "Pow" and len(reals) < len(operands) and any(np.any(value < 0) for value in operands):
        return True  # Of an integer to a negative power.
    if node.op_type in ("ReduceLogSum", "ReduceLogSumExp") and not reals:
        return True  # Where an integer result is rounded.
    if node.op_type == "Attention" and len(node.input) > 3 and isinstance(mask := known.get(node.input[3]), np.ndarray):
        if mask.dtype.kind in "iu" or mask.shape[-1:] == (1,):
            return True  # Of one column: the reference pads it, a broadcast repeats it; no integer is infinite.
        if mask.shape[-2:-1] == (1,) and attributes.get("is_causal"):
            return True  # Of one row: the reference takes it for the first query's.
    if node.op_type == "Resize" and "keep_aspect_ratio_policy" in attributes and min(attributes.get("axes", [0])) < 0:
        return True  # The rival looks for scales at the negative axes as they are.
    if node.op_type == "Attention" and attributes.get("scale", 1) < 0:
        return True  # The reference multiplies Q and K by its root.
    if node.op_type == "MeanVarianceNormalization" and any(value.dtype == np.float16 for value in reals):
        return True  # Its 1e-9 is 0 there.
    if node.op_type == "TreeEnsemble" and any(a.name == "post_transform" and a.i for a in node.attribute):
        return True  # The rival numbers the transforms in another order than ONNX.
    like = next((value.dtype for value in integers), None) if node.op_type == "CastLike" else None
    return casts_out_of_range(node, reals, like) or pads_less_than_nothing(node) or rounds_without_padding_up(node)


def casts_out_of_range(node, reals, like):
    """Of a real to an integer type that does not hold it."""
    to = next((a.i for a in node.attribute if a.name == "to"), None) if node.op_type == "Cast" else None
    to = helper.tensor_dtype_to_np_dtype(to) if to is not None else like
    if to is None or to.kind not in "iu":
        return False
    limits = np.iinfo(to)
    wide = [value.astype(np.float64) for value in reals]  # In float16 the limits are infinite.
    return any(not np.all((value >= limits.min) & (value < float(limits.max) + 1)) for value in wide)


def rounds_without_padding_up(node):
    """A pool with `ceil_mode` and auto_pad VALID: ONNX says ceil((n - window + 1) / stride), the rival rounds that up."""
    values = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return values.get("auto_pad") == b"VALID" and bool(values.get("ceil_mode"))


def pads_less_than_nothing(node):
    """Padded by auto_pad SAME, with strides longer than the window: ONNX's formula gives less than no padding.

    The rival's Conv takes none then, as ours does."""
    values = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return node.op_type != "Conv" and values.get("auto_pad", b"").startswith(b"SAME") and any(
        extent < stride for extent, stride in zip(values.get("kernel_shape", []), values.get("strides", [])))
