//===- forest_rule.cpp - The tests of decision trees' nodes ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest_rule.h"

#include "frontend/onnx/support/attribute_table.h"

#include <algorithm>

namespace landfall::frontend {

Tensor real_table(Builder &b, DType type, const std::vector<double> &values,
                  std::vector<int64_t> dims) {
  if (type == DType::f64)
    return constant_table(b, type, values, std::move(dims));
  return constant_table(b, DType::f32,
                        std::vector<float>(values.begin(), values.end()),
                        std::move(dims));
}

MemberSets::MemberSets(Builder &b, const Forest &forest,
                       const std::vector<int64_t> &nodes, DType type) {
  std::vector<int64_t> starts;
  std::vector<double> members;
  for (int64_t id : nodes) {
    const std::vector<double> &set = forest.nodes[id].members;
    starts.push_back(int64_t(members.size()));
    members.insert(members.end(), set.begin(), set.end());
  }
  starts.push_back(int64_t(members.size()));
  first = constant_table(b, DType::i64, starts);
  values = real_table(b, type, members, {int64_t(members.size())});
}

Scalar MemberSets::contains(Scalar entry, Scalar value) const {
  Builder &b = first.builder();
  return b.fold_to(
      first.at({entry}), first.at({entry + 1}), {b.literal(DType::boolean, 0)},
      [&](Scalar i, std::span<const Scalar> found) {
        return Scalars{logical_or(found[0], values.at({i}) == value)};
      })[0];
}

TestRule::TestRule(const Forest &forest) {
  for (const Forest::Node &node : forest.nodes) {
    if (node.branch == Branch::leaf)
      continue;
    any_missing |= node.missing_is_yes;
    if (std::find(used.begin(), used.end(), node.branch) == used.end())
      used.push_back(node.branch);
  }
}

Scalar TestRule::takes_yes(Builder &b, Scalar value, const Fields &node) const {
  auto outcome = [&](Branch which) {
    switch (which) {
    case Branch::leq:
      return value <= node.limit();
    case Branch::lt:
      return value < node.limit();
    case Branch::gte:
      return value >= node.limit();
    case Branch::gt:
      return value > node.limit();
    case Branch::eq:
      return value == node.limit();
    case Branch::neq:
      return value != node.limit();
    default:
      return node.is_member(value);
    }
  };
  Scalar result = b.literal(DType::boolean, 0);
  for (size_t i = 0; i < used.size(); ++i)
    result = i == 0 ? outcome(used[0])
                    : select(node.branch() == double(used[i]), outcome(used[i]),
                             result);
  if (!any_missing)
    return result;
  return logical_or(result, logical_and(is_nan(value), node.missing()));
}

} // namespace landfall::frontend
