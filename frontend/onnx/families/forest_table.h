//===- forest_table.h - Decision trees as tables for kernels ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/forest.h"
#include "frontend/onnx/families/forest_rule.h"

#include <optional>

namespace landfall::frontend {

/// The forest as constant tensors, packed so that a step down a tree loads as
/// little as possible. A place of the tables holds a node: those that the two
/// branches of a node lead to lie side by side, so it may hold a copy of a node
/// that several lead to. Leaves are numbered anew, from 0.
class ForestTable {
public:
  /// `type`: of samples and splits, f32 or f64. `numbers`: by node, the number
  /// of a leaf.
  ForestTable(Builder &b, const Forest &forest, DType type,
              const std::vector<int64_t> &numbers);

  /// [samples, trees]: the number of the leaf that each sample reaches. x:
  /// [samples, features].
  Tensor leaves_of(Tensor x) const;

private:
  /// Bits of a word.
  struct Field {
    int shift = 0, bits = 0;

    int end() const { return shift + bits; }
    int64_t mask() const { return (int64_t(1) << bits) - 1; }
  };

  void arrange(const Forest &forest);
  int64_t depth(const Forest &forest) const;
  void choose_fields(const Forest &forest);
  int64_t word_of(const Forest &forest, size_t place) const;
  Scalar get(Scalar word, Field field) const;
  Scalar split_of(Scalar place, Scalar word) const;
  Scalar step(Tensor x, Scalar sample, Scalar place) const;
  Scalar leaf_of(Tensor x, Scalar sample, Scalar root) const;

  Builder &b_;
  DType type_;
  TestRule rule_;
  std::vector<int64_t> places_; ///< By place, the node.
  std::vector<int64_t> lefts_;  ///< By place, that of its yes branch.
  std::vector<int64_t> roots_;  ///< Places.
  int64_t depth_ = 0;           ///< Steps from a root to a leaf, at most.
  Field inner_{0, 1};           ///< Whether the word is that of an inner node.
  Field left_, feature_, branch_, missing_, split_;
  Tensor words_;
  Tensor numbers_;                 ///< By place, the number of a leaf.
  Tensor splits_;                  ///< Absent: they are in the words.
  std::optional<MemberSets> sets_; ///< By place.
};

} // namespace landfall::frontend
