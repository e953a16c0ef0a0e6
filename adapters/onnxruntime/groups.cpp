//===- groups.cpp - Which nodes may be one --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/groups.h"

#include <algorithm>

namespace landfall::onnxruntime {

/// A node's level is how often a path to it goes from a claimed node to one
/// that is not, at most. It never falls along a path, and rises where a path
/// leaves the claimed nodes: so those of one level are closed.
std::vector<std::vector<size_t>>
closed_groups(const std::vector<GroupNode> &nodes) {
  std::vector<size_t> levels(nodes.size());
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (size_t producer : nodes[i].producers) {
      bool leaves = nodes[producer].is_claimed && !nodes[i].is_claimed;
      levels[i] = std::max(levels[i], levels[producer] + leaves);
    }
    if (!nodes[i].is_claimed)
      continue;
    groups.resize(std::max(groups.size(), levels[i] + 1));
    groups[levels[i]].push_back(i);
  }
  std::erase_if(groups, [](const auto &group) { return group.empty(); });
  return groups;
}

} // namespace landfall::onnxruntime
