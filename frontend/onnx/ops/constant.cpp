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

ConstantData value_of(const Node &node) {
  if (node.has_attr("value")) {
    if (auto tensor = node.tensor_attr("value"))
      return *tensor;
  } else if (node.has_attr("value_float")) {
    float value = static_cast<float>(node.float_attr("value_float"));
    return owned_constant<float>(DType::f32, {}, {&value, 1});
  } else if (node.has_attr("value_int")) {
    int64_t value = node.int_attr("value_int");
    return owned_constant<int64_t>(DType::i64, {}, {&value, 1});
  } else if (node.has_attr("value_floats")) {
    return values(DType::f32, node.floats_attr("value_floats"));
  } else if (node.has_attr("value_ints")) {
    return values(DType::i64, node.ints_attr("value_ints"));
  } else if (node.has_attr("sparse_value")) {
    if (auto tensor = node.tensor_attr("sparse_value"))
      return *tensor;
  }
  if (node.has_attr("value_string"))
    return node.b().texts({}, std::vector{node.string_attr("value_string")});
  if (node.has_attr("value_strings")) {
    auto texts = node.strings_attr("value_strings");
    return node.b().texts({static_cast<int64_t>(texts.size())}, texts);
  }
  node.unsupported("a constant without a value");
}

// output = the attribute that is present
void constant(Node &node) { node.output(node.b().constant(value_of(node))); }

} // namespace

LANDFALL_ONNX(constant, {"Constant", 1, constant})

} // namespace landfall::frontend
