//===- message_tensor.cpp - Tensors in ONNX files ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/message_reader.h"

namespace landfall::onnx {

namespace {

/// The bytes of a scalar field that `get` (a Reader member) steps over.
template <typename Get> Span one_element(Reader &r, Get get) {
  const char *begin = r.data().data();
  (r.*get)();
  return {reinterpret_cast<const uint8_t *>(begin),
          size_t(r.data().data() - begin)};
}

} // namespace

void MessageReader::read(Reader r, TensorProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case varint(1):
      out.dims.push_back(r.get_int64());
      break;
    case bytes(1):
      append_packed(r, out.dims);
      break;
    case varint(2):
      out.data_type = r.get_int32();
      break;
    case bytes(3):
      out.has_segment = true;
      r.skip();
      break;
    case bytes(6):
      out.string_data.push_back(raw_text(r));
      break;
    case bytes(8):
      out.name = text(r);
      break;
    case bytes(9):
      out.raw_data = span(r);
      break;
    case bytes(13):
      repeated(r, "external_data", out.external_data);
      break;
    case varint(14):
      out.location = r.get_enum() == 1 ? TensorProto::Location::external
                                       : TensorProto::Location::inside;
      break;
    default:
      read_tensor_numbers(r, out);
    }
}

/// The typed data fields, packed and not.
void MessageReader::read_tensor_numbers(Reader &r, TensorProto &out) {
  switch (r.tag_and_type()) {
  case bytes(4):
    out.float_data.push_back(span(r));
    break;
  case fixed32(4):
    out.float_data.push_back(one_element(r, &Reader::get_float));
    break;
  case bytes(5):
    out.int32_data.push_back(span(r));
    break;
  case varint(5):
    out.int32_data.push_back(one_element(r, &Reader::get_int64));
    break;
  case bytes(7):
    out.int64_data.push_back(span(r));
    break;
  case varint(7):
    out.int64_data.push_back(one_element(r, &Reader::get_int64));
    break;
  case bytes(10):
    out.double_data.push_back(span(r));
    break;
  case fixed64(10):
    out.double_data.push_back(one_element(r, &Reader::get_double));
    break;
  case bytes(11):
    out.uint64_data.push_back(span(r));
    break;
  case varint(11):
    out.uint64_data.push_back(one_element(r, &Reader::get_int64));
    break;
  default:
    r.skip();
  }
}

void MessageReader::read(Reader r, SparseTensorProto &out) {
  while (next(r))
    switch (r.tag_and_type()) {
    case bytes(1):
      nested(r, "values", out.values);
      break;
    case bytes(2):
      nested(r, "indices", out.indices);
      break;
    case varint(3):
      out.dims.push_back(r.get_int64());
      break;
    case bytes(3):
      append_packed(r, out.dims);
      break;
    default:
      r.skip();
    }
}

} // namespace landfall::onnx
