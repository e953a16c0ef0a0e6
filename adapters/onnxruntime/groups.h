//===- groups.h - Which nodes may be one ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <vector>

namespace landfall::onnxruntime {

struct GroupNode {
  std::vector<size_t> producers; ///< Smaller numbers than its own.
  bool is_claimed = false;
};

/// Splits the claimed nodes into closed groups: no path between two nodes of a
/// group leaves it, and groups do not depend on each other in a circle. The
/// groups are as few as the longest chain of claimed nodes with others between
/// them needs. Numbers increase within a group.
std::vector<std::vector<size_t>>
closed_groups(const std::vector<GroupNode> &nodes);

} // namespace landfall::onnxruntime
