//===- uniformity.h - Divergence analysis of a block -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>

namespace landfall::analysis {

/// Finds which values of a block can differ between lanes ("vary"); the others
/// are uniform.
class Uniformity {
public:
  /// `outside` returns whether a value defined outside the block varies.
  Uniformity(const Kernel &kernel, std::function<bool(NodeId)> outside)
      : kernel_(kernel), outside_(std::move(outside)) {}

  /// Sets whether a block parameter varies.
  void set_param(NodeId node, bool varies) {
    known_.insert(node);
    if (varies)
      varying_.insert(node);
  }
  /// Analyses a block whose parameters are set; then `varies` is valid for its
  /// nodes.
  void visit(const Block &block);
  bool varies(NodeId node) const {
    return known_.contains(node) ? varying_.contains(node) : outside_(node);
  }

private:
  bool node_varies(NodeId id);
  bool block_mentions_varying(const Block &block);

  const Kernel &kernel_;
  std::function<bool(NodeId)> outside_;
  std::unordered_set<NodeId> known_;
  std::unordered_set<NodeId> varying_;
};

} // namespace landfall::analysis
