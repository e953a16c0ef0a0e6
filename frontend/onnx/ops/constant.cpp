//===- constant.cpp - Values given in the node itself -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {
namespace {

template <typename T>
ConstantData values(DType dtype, const std::vector<T> &list) {
  return owned_constant<T>(dtype, {static_cast<int64_t>(list.size())}, list);
}

/// ONNX allows one attribute; ONNX Runtime takes the first of several.
ConstantData value_of(const Node &node) {
  std::string_view name = node.first_attr();
  if (name == "value" || name == "sparse_value")
    if (auto tensor = node.tensor_attr(name))
      return *tensor;
  if (name == "value_float") {
    float value = static_cast<float>(node.float_attr(name));
    return owned_constant<float>(DType::f32, {}, {&value, 1});
  }
  if (name == "value_int") {
    int64_t value = node.int_attr(name);
    return owned_constant<int64_t>(DType::i64, {}, {&value, 1});
  }
  if (name == "value_floats")
    return values(DType::f32, node.floats_attr(name));
  if (name == "value_ints")
    return values(DType::i64, node.ints_attr(name));
  if (name == "value_string")
    return node.b().texts({}, std::vector{node.string_attr(name)});
  if (name == "value_strings") {
    auto texts = node.strings_attr(name);
    return node.b().texts({static_cast<int64_t>(texts.size())}, texts);
  }
  node.unsupported("a constant without a value");
}

// output = the attribute that is present
void constant(Node &node) { node.output(node.b().constant(value_of(node))); }

} // namespace

LANDFALL_ONNX(constant, {"Constant", 1, constant})

} // namespace landfall::frontend
