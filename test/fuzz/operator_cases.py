"""Cases of one node each, that the operator matrix changes.

The node tests of ONNX at the version that defines the operator, at each older
version that can say the same, and random nodes of ONNX Runtime's own operators
(test/microsoft).
"""

import sys
import zlib
from pathlib import Path

import numpy as np
import onnx

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test/conformance"), str(ROOT / "test/microsoft")]

import suite  # noqa: E402
from draw import OPERATORS, Draw  # noqa: E402
from nodes import load_cases, node_model  # noqa: E402

MOST_ELEMENTS = 4_000  # Of one input: larger cases say nothing more.
FORMS_OF_AN_OPERATOR = 5
NODES_OF_AN_OPERATOR = 3  # Of ONNX Runtime's own.
MICROSOFT = "com.microsoft"
NEWEST_IR_VERSION = 10  # That the rival knows.


def cases(text=""):
    """(name, model, feeds) of the cases whose name contains the text, few of each operator."""
    for name, model, feeds in [*standard_cases(), *microsoft_cases()]:
        if text in name and all(getattr(value, "size", 0) <= MOST_ELEMENTS for value in feeds.values()):
            yield name, model, feeds


#===--- Node tests --------------------------------------------------------===#


def standard_cases():
    seen = {}
    for case in suite.node_cases():
        graph = case.model.graph
        if len(graph.node) != 1 or "expanded" in case.name:
            continue
        values = [np.asarray(v) if isinstance(v, np.generic) else v for v in case.data_sets[0][0]]
        feeds = dict(zip([value.name for value in graph.input], values))
        node = graph.node[0]
        for version, model, fed in at_versions(case.model, feeds):
            # Other numbers of operands and attributes are other cases.
            form = (len(model.graph.node[0].input), *sorted(a.name for a in model.graph.node[0].attribute))
            forms = seen.setdefault((node.domain, node.op_type, version), set())
            if form not in forms and len(forms) < FORMS_OF_AN_OPERATOR:
                forms.add(form)
                yield f"{case.name}_{version}", model, fed


def at_versions(model, feeds):
    """(version, model, feeds) at the version that defines the node's operator, and at older ones that can say it."""
    node = model.graph.node[0]
    opset = next((i.version for i in model.opset_import if i.domain == node.domain), None)
    if opset is None:
        return
    newest = onnx.defs.get_schema(node.op_type, opset, node.domain)
    for schema in onnx.defs.get_all_schemas_with_history():
        if (schema.name, schema.domain) != (node.op_type, node.domain) or schema.since_version > newest.since_version:
            continue
        if schema.since_version == newest.since_version:
            yield schema.since_version, at_version(model, schema), feeds
        elif older := said_before(at_version(model, schema), feeds, newest, schema):
            yield schema.since_version, *older


def at_version(model, schema):
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.opset_import[:]
    copy.opset_import.append(onnx.helper.make_opsetid(schema.domain, schema.since_version))
    if schema.domain:
        copy.opset_import.append(onnx.helper.make_opsetid("", 21))
    copy.ir_version = min(copy.ir_version, NEWEST_IR_VERSION)
    return copy


def said_before(model, feeds, newest, schema):
    """(model, feeds) by an older schema, operands that were attributes then made attributes; None if it cannot."""
    node = model.graph.node[0]
    feeds = dict(feeds)
    declared = [operand.name for operand in newest.inputs]
    while len(node.input) > len(schema.inputs) and len(node.input) <= len(declared):
        name, role = node.input[-1], declared[len(node.input) - 1]
        del node.input[-1]
        if not name:
            continue
        value = feeds.pop(name, None)
        if role not in schema.attributes or not isinstance(value, np.ndarray) or value.dtype.kind not in "if" or value.size == 0:
            return None
        node.attribute.append(onnx.helper.make_attribute(role, value.tolist()))
        kept = [other for other in model.graph.input if other.name != name]
        del model.graph.input[:]
        model.graph.input.extend(kept)
    try:
        onnx.checker.check_model(model)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError):
        return None
    return model, feeds


#===--- ONNX Runtime's own operators --------------------------------------===#


def microsoft_cases():
    load_cases()
    for name in sorted(OPERATORS):
        for number in range(NODES_OF_AN_OPERATOR):
            case = OPERATORS[name](Draw([zlib.crc32(name.encode()), number]), name)
            model, feeds = node_model(case, set(case.constants), False, [])
            yield f"{name}_{number}", model, feeds
