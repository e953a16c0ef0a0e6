//===- message_reader.h - ONNX's messages on the wire ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// One `read` for each message: a switch over (field number, wire type) as
// onnx.proto numbers them. A known field with another wire type is skipped
// like an unknown one, as protobuf does; a repeated message field merges.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "onnx_format/proto.h"

#include <protozero/pbf_reader.hpp>

#include <memory>
#include <new>
#include <string>
#include <vector>

namespace landfall::onnx {

using Reader = protozero::pbf_reader;

//===--- A field's number with its wire type ------------------------------===//

constexpr uint32_t bytes(uint32_t field) {
  return protozero::tag_and_type(field,
                                 protozero::pbf_wire_type::length_delimited);
}
constexpr uint32_t varint(uint32_t field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::varint);
}
constexpr uint32_t fixed32(uint32_t field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed32);
}
constexpr uint32_t fixed64(uint32_t field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed64);
}

//===--- Fields -----------------------------------------------------------===//

// Each reads the field under the cursor and throws std::exception if it is
// malformed.

/// The bytes of a field that may hold anything.
Text raw_text(Reader &r);
/// A name, which must be UTF-8.
Text text(Reader &r);
Span span(Reader &r);
void append_packed(Reader &r, std::vector<int64_t> &out);

/// The message of an optional field, made if it is absent.
template <typename T> T &ensure(std::shared_ptr<T> &pointer) {
  if (!pointer)
    pointer = std::make_shared<T>();
  return *pointer;
}

//===--- Messages ---------------------------------------------------------===//

/// Reads one message with all that are in it. Keeps the field path and the
/// position for the error message.
class MessageReader {
public:
  /// The result views `data`. Malformed bytes are an `invalid_model` error;
  /// std::bad_alloc is passed on.
  template <typename Message>
  Result<Message> read_all(Span data, const std::string &file) {
    begin_ = position_ = reinterpret_cast<const char *>(data.data());
    Message message;
    try {
      read(Reader(begin_, data.size()), message);
    } catch (const std::bad_alloc &) {
      throw;
    } catch (const std::exception &error) {
      return describe(error.what(), file);
    }
    return message;
  }

private:
  Error describe(const char *what, const std::string &file) const;
  /// Moves to the next field of the message; false at its end.
  bool next(Reader &r);
  /// Notes that the message of `field` is read next; throws if that is nested
  /// too deep.
  void enter(const char *field);

  /// Reads the sub-message under the cursor into `out`. The path is left as it
  /// is when an exception passes, for `describe`.
  template <typename Message>
  void nested(Reader &r, const char *field, Message &out) {
    enter(field);
    read(r.get_message(), out);
    path_.pop_back();
  }

  template <typename Message>
  void repeated(Reader &r, const char *field, std::vector<Message> &out) {
    nested(r, field, out.emplace_back());
  }

  // message_tensor.cpp
  void read(Reader r, TensorProto &out);
  void read_tensor_numbers(Reader &r, TensorProto &out);
  void read(Reader r, SparseTensorProto &out);

  // message_type.cpp
  /// TypeProto.Tensor, .SparseTensor, .Sequence, .Optional and .Map: `element`
  /// is the field number of the nested type, 0 without one.
  struct TypeBody {
    TypeProto &type;
    uint32_t element;
  };
  void read(Reader r, Dimension &out);
  void read(Reader r, std::vector<Dimension> &out);
  void read(Reader r, TypeBody out);
  void read_type(Reader &r, TypeProto &out, TypeProto::Kind kind,
                 const char *field, uint32_t element);
  void read(Reader r, TypeProto &out);
  void read(Reader r, ValueInfoProto &out);

  // message_node.cpp
  void read(Reader r, AttributeProto &out);
  void read_attribute_list(Reader &r, AttributeProto &out);
  void read(Reader r, NodeProto &out);

  // message_model.cpp
  void read(Reader r, StringStringEntry &out);
  void read(Reader r, OperatorSetId &out);
  void read(Reader r, GraphProto &out);
  void read(Reader r, FunctionProto &out);
  void read(Reader r, ModelProto &out);

  const char *begin_ = nullptr;
  const char *position_ = nullptr;
  std::vector<const char *> path_;
};

} // namespace landfall::onnx
