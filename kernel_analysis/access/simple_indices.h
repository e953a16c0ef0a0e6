//===- simple_indices.h - Sums of loop indices and sizes -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Sums of loop indices, sizes and constants, times constants: how far they
// reach while loops run is known from the loops' bounds.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <unordered_map>

namespace landfall::analysis {

/// Whether the node is a constant that may multiply such a sum.
bool is_index_factor(const Node &node);

class SimpleIndices {
public:
  explicit SimpleIndices(const Kernel &kernel);

  /// Whether this node's value is such a sum.
  bool contains(NodeId id) const { return is_simple(id, false); }
  /// The loop node whose index this is, or `no_node`.
  NodeId loop_of(NodeId index) const;

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  bool is_simple(NodeId id, bool multiplied) const;

  const Kernel &kernel_;
  std::unordered_map<NodeId, NodeId> loop_of_;
};

} // namespace landfall::analysis
