//===- message_node.cpp - Nodes and attributes in ONNX files -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/message_reader.h"

namespace landfall::onnx {

void MessageReader::read(Reader r, AttributeProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      out.name = text(r);
      break;
    case fixed32(2):
      out.f = r.get_float();
      break;
    case varint(3):
      out.i = r.get_int64();
      break;
    case bytes(4):
      out.s = raw_text(r);
      break;
    case bytes(5):
      nested(r, "t", ensure(out.t));
      break;
    case bytes(6):
      nested(r, "g", ensure(out.g));
      break;
    case bytes(14):
      nested(r, "tp", ensure(out.tp));
      break;
    case varint(20):
      out.type = AttributeProto::Type(r.get_enum());
      break;
    case bytes(21):
      out.ref_attr_name = text(r);
      break;
    case bytes(22):
      nested(r, "sparse_tensor", ensure(out.sparse_tensor));
      break;
    default:
      read_attribute_list(r, out);
    }
}

void MessageReader::read_attribute_list(Reader &r, AttributeProto &out) {
  switch (r.tag_and_type()) {
  case fixed32(7):
    out.floats.push_back(r.get_float());
    break;
  case bytes(7):
    for (float value : r.get_packed_float())
      out.floats.push_back(value);
    break;
  case varint(8):
    out.ints.push_back(r.get_int64());
    break;
  case bytes(8):
    append_packed(r, out.ints);
    break;
  case bytes(9):
    out.strings.push_back(raw_text(r));
    break;
  case bytes(10):
    repeated(r, "tensors", out.tensors);
    break;
  case bytes(11):
    repeated(r, "graphs", out.graphs);
    break;
  default:
    r.skip();
  }
}

void MessageReader::read(Reader r, NodeProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      out.input.push_back(text(r));
      break;
    case bytes(2):
      out.output.push_back(text(r));
      break;
    case bytes(3):
      out.name = text(r);
      break;
    case bytes(4):
      out.op_type = text(r);
      break;
    case bytes(5):
      repeated(r, "attribute", out.attribute);
      break;
    case bytes(7):
      out.domain = text(r);
      break;
    case bytes(8):
      out.overload = text(r);
      break;
    default:
      r.skip();
    }
}

} // namespace landfall::onnx
