//===- message_model.cpp - Models, graphs and functions in ONNX files ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/message_reader.h"

namespace landfall::onnx {

void MessageReader::read(Reader r, StringStringEntry &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      out.key = text(r);
      break;
    case bytes(2):
      out.value = text(r);
      break;
    default:
      r.skip();
    }
}

void MessageReader::read(Reader r, OperatorSetId &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      out.domain = text(r);
      break;
    case varint(2):
      out.version = r.get_int64();
      break;
    default:
      r.skip();
    }
}

void MessageReader::read(Reader r, GraphProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      repeated(r, "node", out.node);
      break;
    case bytes(2):
      out.name = text(r);
      break;
    case bytes(5):
      repeated(r, "initializer", out.initializer);
      break;
    case bytes(11):
      repeated(r, "input", out.input);
      break;
    case bytes(12):
      repeated(r, "output", out.output);
      break;
    case bytes(13):
      repeated(r, "value_info", out.value_info);
      break;
    case bytes(15):
      repeated(r, "sparse_initializer", out.sparse_initializer);
      break;
    default:
      r.skip();
    }
}

void MessageReader::read(Reader r, FunctionProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      out.name = text(r);
      break;
    case bytes(4):
      out.input.push_back(text(r));
      break;
    case bytes(5):
      out.output.push_back(text(r));
      break;
    case bytes(6):
      out.attribute.push_back(text(r));
      break;
    case bytes(7):
      repeated(r, "node", out.node);
      break;
    case bytes(9):
      repeated(r, "opset_import", out.opset_import);
      break;
    case bytes(10):
      out.domain = text(r);
      break;
    case bytes(11):
      repeated(r, "attribute_proto", out.attribute_proto);
      break;
    case bytes(13):
      out.overload = text(r);
      break;
    default:
      r.skip();
    }
}

void MessageReader::read(Reader r, ModelProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case varint(1):
      out.ir_version = r.get_int64();
      break;
    case bytes(2):
      out.producer_name = text(r);
      break;
    case bytes(3):
      out.producer_version = text(r);
      break;
    case bytes(7):
      nested(r, "graph", out.graph ? *out.graph : out.graph.emplace());
      break;
    case bytes(8):
      repeated(r, "opset_import", out.opset_import);
      break;
    case bytes(14):
      repeated(r, "metadata_props", out.metadata_props);
      break;
    case bytes(25):
      repeated(r, "functions", out.functions);
      break;
    default:
      r.skip();
    }
}

} // namespace landfall::onnx
