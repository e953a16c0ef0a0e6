//===- node_attributes.cpp - Attributes of a node --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/constant_data.h"
#include "frontend/onnx/importer/node_state.h"

namespace landfall::frontend {

namespace {

using Type = onnx::AttributeProto::Type;

const ResolvedAttribute *find(const NodeState &state, std::string_view name) {
  for (const ResolvedAttribute &attribute : state.attributes)
    if (attribute.name == name)
      return &attribute;
  return nullptr;
}

std::string quoted(std::string_view name) {
  return "attribute '" + std::string(name) + "'";
}

/// The attribute, which must be of `type`; null if it is absent. Files older
/// than the type field leave it undefined.
const onnx::AttributeProto *typed(const Node &node, const NodeState &state,
                                  std::string_view name, Type type,
                                  const char *expected) {
  const ResolvedAttribute *attribute = find(state, name);
  if (!attribute)
    return nullptr;
  Type actual = attribute->proto->type;
  if (actual != type && actual != Type::undefined)
    node.invalid(quoted(name) + " must be " + expected);
  return attribute->proto;
}

[[noreturn]] void missing(const Node &node, std::string_view name) {
  node.invalid(quoted(name) + " is required, but the node does not have it");
}

} // namespace

bool Node::has_attr(std::string_view name) const {
  return find(state_, name) != nullptr;
}

std::string_view Node::first_attr() const {
  return state_.attributes.empty() ? std::string_view()
                                   : state_.attributes.front().name;
}

int64_t Node::int_attr(std::string_view name, int64_t otherwise) const {
  auto *attribute = typed(*this, state_, name, Type::integer, "an integer");
  return attribute ? attribute->i : otherwise;
}

int64_t Node::int_attr(std::string_view name) const {
  if (!has_attr(name))
    missing(*this, name);
  return int_attr(name, 0);
}

bool Node::flag_attr(std::string_view name, bool otherwise) const {
  return count(int_attr(name, otherwise), quoted(name), 0, 1) != 0;
}

double Node::float_attr(std::string_view name, double otherwise) const {
  auto *attribute = typed(*this, state_, name, Type::real, "a float");
  return attribute ? double(attribute->f) : otherwise;
}

double Node::float_attr(std::string_view name) const {
  if (!has_attr(name))
    missing(*this, name);
  return float_attr(name, 0);
}

std::string Node::string_attr(std::string_view name,
                              std::string_view otherwise) const {
  auto *attribute = typed(*this, state_, name, Type::string, "a string");
  return std::string(attribute ? attribute->s : otherwise);
}

std::string Node::string_attr(std::string_view name) const {
  if (!has_attr(name))
    missing(*this, name);
  return string_attr(name, "");
}

std::vector<int64_t> Node::ints_attr(std::string_view name,
                                     std::vector<int64_t> otherwise) const {
  auto *attribute =
      typed(*this, state_, name, Type::integers, "a list of integers");
  if (attribute)
    return attribute->ints;
  return otherwise;
}

std::vector<float> Node::floats_attr(std::string_view name,
                                     std::vector<float> otherwise) const {
  auto *attribute = typed(*this, state_, name, Type::reals, "a list of floats");
  if (attribute)
    return attribute->floats;
  return otherwise;
}

std::vector<std::string> Node::strings_attr(std::string_view name) const {
  auto *attribute =
      typed(*this, state_, name, Type::strings, "a list of strings");
  if (!attribute)
    return {};
  return {attribute->strings.begin(), attribute->strings.end()};
}

std::optional<ConstantData> Node::tensor_attr(std::string_view name) const {
  const ResolvedAttribute *attribute = find(state_, name);
  if (!attribute)
    return std::nullopt;
  if (attribute->proto->sparse_tensor)
    return value_or_throw(onnx::dense_data(*attribute->proto->sparse_tensor,
                                           state_.context.store));
  if (!attribute->proto->t)
    invalid(quoted(name) + " must be a tensor");
  return constant_data(*attribute->proto->t, state_.context);
}

const Graph &Node::graph_attr(std::string_view name) const {
  const ResolvedAttribute *attribute = find(state_, name);
  if (!attribute)
    missing(*this, name);
  if (!attribute->proto->g)
    invalid(quoted(name) + " must be a graph");
  return *attribute->proto->g;
}

DType Node::dtype_attr(std::string_view name, DType otherwise) const {
  if (!has_attr(name))
    return otherwise;
  int64_t number = int_attr(name);
  auto type = number >= 0 && number <= INT32_MAX ? dtype_from_onnx(int(number))
                                                 : std::nullopt;
  if (!type)
    invalid(quoted(name) + " is " + std::to_string(number) +
            ", which is not an element type");
  return *type;
}

} // namespace landfall::frontend
