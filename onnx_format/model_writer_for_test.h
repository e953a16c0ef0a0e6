//===- model_writer_for_test.h - Small ONNX files for tests -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Encodes the messages of onnx.proto. Each function gives one message's bytes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"

#include <protozero/pbf_writer.hpp>

#include <string>
#include <vector>

namespace landfall::onnx::test {

using Message = std::string;
using Messages = std::vector<Message>;
using Names = std::vector<std::string>;

inline void add_all(protozero::pbf_writer &out, uint32_t field,
                    const std::vector<std::string> &list) {
  for (const std::string &item : list)
    out.add_message(field, item);
}

inline Message int_attribute(const std::string &name, int64_t value) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, name);
  out.add_int64(3, value);
  out.add_enum(20, 2);
  return bytes;
}

inline Message graph_attribute(const std::string &name, const Message &graph) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, name);
  out.add_message(6, graph);
  out.add_enum(20, 5);
  return bytes;
}

/// An attribute that takes the value of the function's attribute `other`.
inline Message reference_attribute(const std::string &name,
                                   const std::string &other) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, name);
  out.add_string(21, other);
  out.add_enum(20, 2);
  return bytes;
}

inline Message node(const std::string &type, const Names &inputs,
                    const Names &outputs, const Messages &attributes = {},
                    const std::string &name = "",
                    const std::string &domain = "") {
  Message bytes;
  protozero::pbf_writer out(bytes);
  add_all(out, 1, inputs);
  add_all(out, 2, outputs);
  out.add_string(3, name);
  out.add_string(4, type);
  add_all(out, 5, attributes);
  out.add_string(7, domain);
  return bytes;
}

/// A tensor with raw data.
inline Message tensor(const std::string &name, int type,
                      const std::vector<int64_t> &dims,
                      const std::string &data) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_packed_int64(1, dims.begin(), dims.end());
  out.add_int32(2, type);
  out.add_string(8, name);
  out.add_bytes(9, data);
  return bytes;
}

/// A value of tensor type; dims are numbers or symbols.
inline Message value(const std::string &name, int type, const Names &dims) {
  Message shape, tensor_type, type_bytes, bytes;
  protozero::pbf_writer shape_out(shape), tensor_out(tensor_type),
      type_out(type_bytes), out(bytes);
  for (const std::string &dim : dims) {
    Message dim_bytes;
    protozero::pbf_writer dim_out(dim_bytes);
    if (dim.find_first_not_of("-0123456789") == dim.npos)
      dim_out.add_int64(1, std::stoll(dim));
    else
      dim_out.add_string(2, dim);
    shape_out.add_message(1, dim_bytes);
  }
  tensor_out.add_int32(1, type);
  tensor_out.add_message(2, shape);
  type_out.add_message(1, tensor_type);
  out.add_string(1, name);
  out.add_message(2, type_bytes);
  return bytes;
}

inline Message graph(const Messages &nodes, const Messages &inputs,
                     const Messages &outputs,
                     const Messages &initializers = {}) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  add_all(out, 1, nodes);
  out.add_string(2, "g");
  add_all(out, 5, initializers);
  add_all(out, 11, inputs);
  add_all(out, 12, outputs);
  return bytes;
}

inline Message opset(const std::string &domain, int64_t version) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, domain);
  out.add_int64(2, version);
  return bytes;
}

/// A function of domain "local", opset 17.
inline Message function(const std::string &name, const Names &inputs,
                        const Names &outputs, const Messages &nodes,
                        const Names &attributes = {}) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, name);
  add_all(out, 4, inputs);
  add_all(out, 5, outputs);
  add_all(out, 6, attributes);
  add_all(out, 7, nodes);
  out.add_message(9, opset("", 17));
  out.add_message(9, opset("local", 1));
  out.add_string(10, "local");
  return bytes;
}

inline Message model(const Message &graph, const Messages &functions = {},
                     int64_t version = 17, int64_t ir_version = 9) {
  Message bytes;
  protozero::pbf_writer out(bytes);
  out.add_int64(1, ir_version);
  out.add_string(2, "test");
  out.add_message(7, graph);
  out.add_message(8, opset("", version));
  out.add_message(8, opset("local", 1));
  add_all(out, 25, functions);
  return bytes;
}

inline Bytes to_bytes(const Message &message) {
  return share_bytes(std::vector<uint8_t>(message.begin(), message.end()));
}

inline constexpr int float_type = 1, int64_type = 7, bool_type = 9;

} // namespace landfall::onnx::test
