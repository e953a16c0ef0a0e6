//===- work_estimate.cpp - How long a node takes --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/work_estimate.h"

#include "package/scalar_op.h"

#include <algorithm>

namespace landfall::analysis {

double trips_of(const Kernel &kernel, const Node &node, double unknown) {
  if (node.kind == NodeKind::loop_while)
    return unknown;
  if (node.kind != NodeKind::loop)
    return 1;
  const Node &low = kernel.nodes[node.args[0]];
  const Node &high = kernel.nodes[node.args[1]];
  if (low.kind != NodeKind::constant || high.kind != NodeKind::constant)
    return unknown;
  return std::max(0.0, double(int64_t(high.bits)) - double(int64_t(low.bits)));
}

double work_of(const Kernel &kernel, NodeId id, double unknown) {
  const Node &node = kernel.nodes[id];
  switch (node.kind) {
  case NodeKind::scalar:
    return instructions_of(node.op, node.type);
  case NodeKind::load:
  case NodeKind::store:
    return 2;
  case NodeKind::check:
    return 1;
  case NodeKind::loop:
    return 2 + trips_of(kernel, node, unknown) *
                   work_of(kernel, node.blocks[0], unknown);
  case NodeKind::loop_while:
    return 2 + unknown * work_of(kernel, node.blocks[0], unknown);
  case NodeKind::branch:
    return 2 + work_of(kernel, node.blocks[0], unknown) +
           work_of(kernel, node.blocks[1], unknown);
  default:
    return 0;
  }
}

double work_of(const Kernel &kernel, const Block &block, double unknown) {
  double sum = 1;
  for (NodeId id : block.nodes)
    sum += work_of(kernel, id, unknown);
  return sum;
}

} // namespace landfall::analysis
