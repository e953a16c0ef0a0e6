//===- simple_indices.cpp - Sums of loop indices and sizes ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/simple_indices.h"

#include <algorithm>
#include <cstdlib>

namespace landfall::analysis {

namespace {

/// Factors are small and are not multiplied with each other, and sizes are
/// those of tensors in memory, so that the expressions cannot overflow 64 bits.
constexpr int64_t largest_factor = 1 << 12;
constexpr int64_t largest_term = int64_t(1) << 40;

bool is_literal(const Node &node, int64_t limit) {
  return node.kind == NodeKind::constant &&
         std::abs(int64_t(node.bits)) < limit;
}

} // namespace

bool is_index_factor(const Node &node) {
  return is_literal(node, largest_factor);
}

SimpleIndices::SimpleIndices(const Kernel &kernel) : kernel_(kernel) {
  for (NodeId id = 0; id < kernel.nodes.size(); ++id)
    if (at(id).kind == NodeKind::loop)
      loop_of_[at(id).blocks[0].params[0]] = id;
}

NodeId SimpleIndices::loop_of(NodeId index) const {
  auto found = loop_of_.find(index);
  return found == loop_of_.end() ? no_node : found->second;
}

bool SimpleIndices::is_simple(NodeId id, bool multiplied) const {
  const Node &node = at(id);
  switch (node.kind) {
  case NodeKind::size:
    return true;
  case NodeKind::constant:
    return is_literal(node, largest_term);
  case NodeKind::param: {
    auto loop = loop_of_.find(id);
    if (loop == loop_of_.end())
      return std::ranges::find(kernel_.body.params, id) !=
             kernel_.body.params.end();
    return is_simple(at(loop->second).args[0], true) &&
           is_simple(at(loop->second).args[1], true);
  }
  case NodeKind::scalar:
    break;
  default:
    return false;
  }
  switch (node.op) {
  case ScalarOp::add:
  case ScalarOp::sub:
    return is_simple(node.args[0], multiplied) &&
           is_simple(node.args[1], multiplied);
  case ScalarOp::mul: {
    bool first = is_index_factor(at(node.args[0]));
    bool second = is_index_factor(at(node.args[1]));
    return !multiplied && (first || second) &&
           is_simple(node.args[first ? 1 : 0], true);
  }
  default:
    return false;
  }
}

} // namespace landfall::analysis
