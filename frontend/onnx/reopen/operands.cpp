//===- operands.cpp - Constant operands of a node -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"

#include "base/owned_constant.h"
#include "onnx_format/tensor_data.h"

#include <cstring>

namespace landfall::frontend {

static std::optional<ConstantData> data_of(const NodeState &node,
                                           size_t position) {
  if (position >= node.inputs.size() || !node.inputs[position].tensor)
    return std::nullopt;
  return node.context.b.constant_data(node.inputs[position].tensor);
}

std::optional<std::vector<float>> reals_of(const NodeState &node,
                                           size_t position) {
  auto data = data_of(node, position);
  if (!data || data->dtype != DType::f32)
    return std::nullopt;
  std::vector<float> values(data->bytes.data.size() / sizeof(float));
  if (!values.empty())
    std::memcpy(values.data(), data->bytes.data.data(),
                values.size() * sizeof(float));
  return values;
}

std::optional<std::vector<int64_t>> integers_of(const NodeState &node,
                                                size_t position) {
  auto data = data_of(node, position);
  return data ? onnx::integers(*data) : std::nullopt;
}

void set_integers(NodeState &node, size_t position,
                  const std::vector<int64_t> &values) {
  if (node.inputs.size() <= position)
    node.inputs.resize(position + 1);
  node.inputs[position] = node.context.b.constant(owned_constant<int64_t>(
      DType::i64, {static_cast<int64_t>(values.size())}, values));
}

bool is_constant(const NodeState &node, size_t position) {
  return data_of(node, position).has_value();
}

} // namespace landfall::frontend
