//===- simple_indices.h - Sums of loop indices and sizes -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// "Simple" index expressions: sums of loop indices, size parameters and
// constants, each times a constant. Their least and greatest values follow from
// the loops' bounds (compiler/kernels/loops/index_span.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <unordered_map>

namespace landfall::analysis {

/// Whether the node is a constant small enough to be a factor in a simple
/// expression.
bool is_index_factor(const Node &node);

class SimpleIndices {
public:
  explicit SimpleIndices(const Kernel &kernel);

  /// Whether the node's value is a simple expression.
  bool contains(NodeId id) const { return is_simple(id, false); }
  /// The loop node whose index `index` is, or `no_node`.
  NodeId loop_of(NodeId index) const;

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  bool is_simple(NodeId id, bool multiplied) const;

  const Kernel &kernel_;
  std::unordered_map<NodeId, NodeId> loop_of_;
};

} // namespace landfall::analysis
