//===- forest_rule.h - The tests of decision trees' nodes -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/forest.h"

namespace landfall::frontend {

/// A constant of reals in `type`, f32 or f64.
Tensor real_table(Builder &b, DType type, const std::vector<double> &values,
                  std::vector<int64_t> dims);

/// The sets of member nodes, as constant tensors.
struct MemberSets {
  Tensor first, values; ///< Of entry n: [first[n], first[n + 1])

  /// Entry n is node number nodes[n].
  MemberSets(Builder &b, const Forest &forest,
             const std::vector<int64_t> &nodes, DType type);
  /// Inside a body: whether `value` is in the set of the entry.
  Scalar contains(Scalar entry, Scalar value) const;
};

/// Which tests occur in a forest.
struct TestRule {
  std::vector<Branch> used; ///< Without leaf.
  bool any_missing = false; ///< A node's yes branch takes NaN.

  explicit TestRule(const Forest &forest);

  /// A node's fields, inside a body.
  struct Fields {
    std::function<Scalar()> branch;  ///< Asked for if several are used.
    std::function<Scalar()> missing; ///< Bool; asked for if any is.
    std::function<Scalar()> limit;
    std::function<Scalar(Scalar value)> is_member;
  };
  /// Whether the value takes the node's yes branch.
  Scalar takes_yes(Builder &b, Scalar value, const Fields &node) const;
};

} // namespace landfall::frontend
