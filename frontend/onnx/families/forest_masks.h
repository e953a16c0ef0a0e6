//===- forest_masks.h - Leaves of small trees by masks ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/forest.h"
#include "frontend/onnx/families/forest_rule.h"

#include <optional>

namespace landfall::frontend {

/// Trees of at most 64 leaves. A tree's leaves are bits, those of a yes branch
/// below those of the no branch; each inner node has a mask that clears the
/// leaves of its yes branch. The masks of all nodes whose test fails leave the
/// leaf that is reached as the lowest bit (C. Lucchese et al., "QuickScorer: a
/// fast algorithm to rank documents with additive ensembles of regression
/// trees", 2015). All nodes are tested, but without branches and for a vector
/// of samples at a time.
class ForestMasks {
public:
  /// Nothing if a tree has too many leaves.
  static std::optional<ForestMasks> of(const Forest &forest);

  int64_t inner_nodes() const { return int64_t(nodes_.size()); }
  /// By number of a leaf, the node: the leaves of each tree in a row.
  const std::vector<int64_t> &leaves() const { return leaves_; }
  /// [trees, samples]: the number of the leaf that each sample reaches. x:
  /// [samples, features]; samples are compared in `type`.
  Tensor leaves_of(Builder &b, const Forest &forest, Tensor x,
                   DType type) const;

private:
  static constexpr int most_leaves = 64;

  bool add_tree(const Forest &forest, int64_t root);

  std::vector<int64_t> nodes_; ///< Inner ones, by tree.
  std::vector<uint64_t> masks_;
  std::vector<int64_t> first_node_; ///< By tree, and behind the last one.
  std::vector<int64_t> leaves_;
  std::vector<int64_t> first_leaf_; ///< By tree.
  int widest_ = 0;                  ///< The most leaves of a tree.
};

} // namespace landfall::frontend
