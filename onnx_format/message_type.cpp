//===- message_type.cpp - Types of values in ONNX files ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/message_reader.h"

namespace landfall::onnx {

void MessageReader::read(Reader r, Dimension &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case varint(1):
      out.value = r.get_int64();
      out.param = {};
      break;
    case bytes(2):
      out.param = text(r);
      out.value.reset();
      break;
    default:
      r.skip();
    }
}

/// A TensorShapeProto.
void MessageReader::read(Reader r, std::vector<Dimension> &out) {
  while (next(r))
    if (r.tag_and_type() == bytes(1))
      repeated(r, "dim", out);
    else
      r.skip();
}

void MessageReader::read(Reader r, TypeBody out) {
  while (next(r)) {
    uint32_t field = r.tag_and_type();
    if (out.element != 0 && field == bytes(out.element))
      nested(r, "elem_type", ensure(out.type.element));
    else if (field == varint(1))
      out.type.elem_type = r.get_int32();
    else if (out.element == 0 && field == bytes(2))
      nested(r, "shape",
             out.type.shape ? *out.type.shape : out.type.shape.emplace());
    else
      r.skip();
  }
}

void MessageReader::read_type(Reader &r, TypeProto &out, TypeProto::Kind kind,
                              const char *field, uint32_t element) {
  if (out.kind != kind)
    out = TypeProto{.kind = kind, .shape = {}, .element = {}};
  TypeBody body{out, element};
  nested(r, field, body);
}

void MessageReader::read(Reader r, TypeProto &out) {
  using Kind = TypeProto::Kind;
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      read_type(r, out, Kind::tensor, "tensor_type", 0);
      break;
    case bytes(4):
      read_type(r, out, Kind::sequence, "sequence_type", 1);
      break;
    case bytes(5):
      read_type(r, out, Kind::map, "map_type", 2);
      break;
    case bytes(7):
      out = TypeProto{.kind = Kind::opaque, .shape = {}, .element = {}};
      r.skip();
      break;
    case bytes(8):
      read_type(r, out, Kind::sparse_tensor, "sparse_tensor_type", 0);
      break;
    case bytes(9):
      read_type(r, out, Kind::optional, "optional_type", 1);
      break;
    default:
      r.skip();
    }
}

void MessageReader::read(Reader r, ValueInfoProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      out.name = text(r);
      break;
    case bytes(2):
      nested(r, "type", out.type);
      break;
    default:
      r.skip();
    }
}

} // namespace landfall::onnx
