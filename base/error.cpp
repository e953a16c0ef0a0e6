//===- error.cpp - What went wrong, and where ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/error.h"

#include "base/byte_stream.h"

namespace landfall {

std::string_view name(ErrorCode code) {
  switch (code) {
  case ErrorCode::invalid_argument:
    return "invalid_argument";
  case ErrorCode::invalid_model:
    return "invalid_model";
  case ErrorCode::unsupported:
    return "unsupported";
  case ErrorCode::invalid_package:
    return "invalid_package";
  case ErrorCode::io:
    return "io";
  case ErrorCode::out_of_memory:
    return "out_of_memory";
  case ErrorCode::run_failed:
    return "run_failed";
  case ErrorCode::device:
    return "device";
  case ErrorCode::internal:
    return "internal";
  case ErrorCode::cancelled:
    return "cancelled";
  }
  return "unknown";
}

Place::Place() = default;
Place::Place(const Place &) = default;
Place::Place(Place &&) noexcept = default;
Place &Place::operator=(const Place &) = default;
Place &Place::operator=(Place &&) noexcept = default;
Place::~Place() = default;

//===--- Adding what is known ---------------------------------------------===//

Error &Error::at(const ModelNode &node) {
  if (place.node.empty())
    place.node = node;
  return *this;
}

Error &Error::at(std::span<const ModelNode> nodes) {
  if (!place.node.empty() || nodes.empty())
    return *this;
  place.node = nodes.front();
  place.fused_with.assign(nodes.begin() + 1, nodes.end());
  return *this;
}

Error &Error::in_file(const std::string &file) {
  if (place.file.empty())
    place.file = file;
  return *this;
}

Error &Error::inside(const ModelNode &node) {
  if (place.node.empty())
    place.node = node;
  else
    place.around.push_back(node);
  return *this;
}

//===--- Text -------------------------------------------------------------===//

namespace {

/// "'conv1' (Conv, opset 13)"
std::string name_and_operator(const ModelNode &node) {
  std::string text = "'" + node.name + "'";
  if (node.op.empty())
    return text;
  text += " (" + node.op;
  if (node.opset > 0)
    text += ", opset " + std::to_string(node.opset);
  return text + ")";
}

} // namespace

std::string describe(const ModelNode &node) {
  if (node.name.empty())
    return "a node without name (" + node.op + ")";
  return (node.named_by_output ? "the node giving " : "node ") +
         name_and_operator(node);
}

std::string describe(std::span<const ModelNode> nodes) {
  if (nodes.empty())
    return "";
  if (nodes.size() == 1)
    return describe(nodes.front());
  std::string text = "nodes ";
  for (const ModelNode &node : nodes)
    text += (&node == &nodes.front() ? "" : ", ") + name_and_operator(node);
  return text;
}

std::string render(const Error &error) {
  const Place &place = error.place;
  std::string text;
  if (!place.file.empty())
    text += place.file + ": ";
  for (size_t i = place.around.size(); i-- > 0;)
    text += describe(place.around[i]) + ": ";
  if (!place.node.empty()) {
    std::vector<ModelNode> nodes = {place.node};
    nodes.insert(nodes.end(), place.fused_with.begin(), place.fused_with.end());
    text += describe(nodes) + ": ";
  }
  text += error.message;
  for (const NamedSize &size : error.sizes)
    text += (&size == &error.sizes.front() ? "; where " : ", ") + size.name +
            " = " + std::to_string(size.value);
  return text;
}

//===--- Bytes ------------------------------------------------------------===//

namespace {

void write(ByteWriter &out, const ModelNode &node) {
  out.string(node.name);
  out.u8(node.named_by_output);
  out.string(node.op);
  out.signed_varint(node.opset);
}

void write(ByteWriter &out, std::span<const ModelNode> nodes) {
  out.varint(nodes.size());
  for (const ModelNode &node : nodes)
    write(out, node);
}

ModelNode read_node(ByteReader &in) {
  ModelNode node;
  node.name = in.string();
  node.named_by_output = in.boolean();
  node.op = in.string();
  node.opset = static_cast<int>(in.signed_varint());
  return node;
}

std::vector<ModelNode> read_nodes(ByteReader &in) {
  std::vector<ModelNode> nodes(in.count(4));
  for (ModelNode &node : nodes)
    node = read_node(in);
  return nodes;
}

} // namespace

std::vector<uint8_t> serialize(const Error &error) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(error.code));
  out.string(error.message);
  out.string(error.place.file);
  write(out, error.place.node);
  write(out, error.place.around);
  write(out, error.place.fused_with);
  out.varint(error.sizes.size());
  for (const NamedSize &size : error.sizes) {
    out.string(size.name);
    out.signed_varint(size.value);
  }
  return out.take();
}

std::optional<Error> deserialize_error(std::span<const uint8_t> bytes) {
  ByteReader in(bytes);
  Error error;
  error.code = in.enumerator<ErrorCode>(int(ErrorCode::cancelled) + 1);
  error.message = in.string();
  error.place.file = in.string();
  error.place.node = read_node(in);
  error.place.around = read_nodes(in);
  error.place.fused_with = read_nodes(in);
  error.sizes.resize(in.count(2));
  for (NamedSize &size : error.sizes) {
    size.name = in.string();
    size.value = in.signed_varint();
  }
  if (!in.ok() || !in.at_end() || static_cast<int>(error.code) == 0)
    return std::nullopt;
  return error;
}

} // namespace landfall
