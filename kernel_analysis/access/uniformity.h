//===- uniformity.h - What is the same in all lanes ------------*- C++ -*-===//
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

/// Follows, through a block's nodes, which values can differ between lanes.
class Uniformity {
public:
  /// `outside` tells whether a value defined before the block varies.
  Uniformity(const Kernel &kernel, std::function<bool(NodeId)> outside)
      : kernel_(kernel), outside_(std::move(outside)) {}

  /// A block parameter that varies, or does not.
  void set_param(NodeId node, bool varies) {
    known_.insert(node);
    if (varies)
      varying_.insert(node);
  }
  /// Visits a block; then `varies` answers for its nodes.
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
