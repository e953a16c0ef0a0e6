//===- other.cpp - Operators without a rule of their own ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"
#include "frontend/onnx/reopen/table_elements.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

bool was_free_extent(const Reopening &reopening, int64_t value) {
  return value > 1 && !reopening.extents.with_value(value).empty();
}

/// Attributes that are numbers of a formula. Others (epsilon, ratio) are not
/// computed from sizes.
bool is_number(std::string_view name) {
  static constexpr std::string_view names[] = {
      "alpha", "beta", "bias", "gamma", "lambd", "max", "min", "value"};
  return std::ranges::find(names, name) != std::end(names);
}

/// Whether an operand of sizes, indices or a grid may have been computed for
/// the exported size.
bool may_be_baked(Reopening &reopening, const NodeState &node,
                  size_t position) {
  for (Size extent : node.inputs[position].tensor.shape())
    if (was_free_extent(reopening, extent.constant().value_or(0)))
      return true;
  constexpr size_t few = 64;
  auto data = node.context.b.constant_data(node.inputs[position].tensor);
  auto elements = data ? table_elements(*data) : std::nullopt;
  return elements && elements->size() <= few &&
         std::ranges::any_of(*elements, [&](double value) {
           return reopening.numbers().may_be(value);
         });
}

} // namespace

void check_attributes(Reopening &reopening, const NodeState &node) {
  bool computes = std::ranges::any_of(
      node.inputs, [](const Any &input) { return bool(input.tensor); });
  for (const ResolvedAttribute &attribute : node.attributes)
    if (computes && is_number(attribute.name) &&
        attribute.proto->type == onnx::AttributeProto::Type::real &&
        reopening.numbers().may_be(attribute.proto->f))
      refuse_baked(node, "its attribute '" + std::string(attribute.name) + "'",
                   "is " + std::to_string(attribute.proto->f) +
                       ", which is a number of a free extent at the exported "
                       "size, and may depend on it");
}

void reopen_other(Reopening &reopening, NodeState &node) {
  bool has_free = false, has_operands = false;
  for (const Any &input : node.inputs) {
    if (!input.tensor)
      continue;
    has_operands = true;
    for (Size extent : input.tensor.shape())
      has_free |= reopening.extents.is_open(extent);
  }
  // What depends on no free extent is a constant of the model, except a loop's
  // number of iterations.
  if (!has_operands || (!has_free && node.type != "Loop"))
    return;
  for (size_t k = 0; k < node.inputs.size(); ++k)
    if (is_constant(node, k) && may_be_baked(reopening, node, k))
      refuse_baked(node,
                   "its constant '" + std::string(node.proto.input[k]) +
                       "' of shape " + to_string(node.inputs[k].tensor.shape()),
                   "has a size that is free and may depend on it; there is no "
                   "rule for this operator");
  for (const ResolvedAttribute &attribute : node.attributes)
    for (int64_t value : attribute.proto->ints)
      if (was_free_extent(reopening, value) ||
          reopening.numbers().may_be(static_cast<double>(value)))
        refuse_baked(node,
                     "its attribute '" + std::string(attribute.name) + "'",
                     "holds " + std::to_string(value) +
                         ", a free extent at the exported size, and may depend "
                         "on it");
}

} // namespace landfall::frontend
