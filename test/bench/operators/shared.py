"""How the modules of operators make rows."""

from rows import Input, Row

OPSET = 18  # Not all rivals read newer ones.
# Of (batch, height, width) behind channels: from small to large, odd and prime.
MAPS = [(1, 7, 7), (1, 28, 28), (1, 56, 56), (1, 97, 101), (8, 56, 56), (1, 180, 320)]


def operator(family, name, inputs, body, points, opset=OPSET):
    """`inputs` are {name: Input or its dims}."""
    inputs = {key: value if isinstance(value, Input) else Input(value) for key, value in inputs.items()}
    return Row(name, family, inputs, body, points, kind="operator", opset=opset)


def node(op_type, *inputs, **attributes):
    """The body of one node without weights."""
    return lambda g: g.add(op_type, *inputs, **attributes)
