//===- index_span.cpp - Bounds of sums of indices -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/index_span.h"

namespace landfall {

using llvm::Value;

namespace {

/// Factors stay small and never multiply, sizes are those of memory: nothing
/// here comes near the end of 64 bits.
constexpr int64_t largest_factor = 1 << 12;
constexpr int64_t largest_term = int64_t(1) << 40;

bool is_literal(const Node &node, int64_t limit) {
  return node.kind == NodeKind::constant &&
         std::abs(int64_t(node.bits)) < limit;
}

} // namespace

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
      return llvm::is_contained(kernel_.body.params, id);
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
    bool first = is_literal(at(node.args[0]), largest_factor);
    bool second = is_literal(at(node.args[1]), largest_factor);
    return !multiplied && (first || second) &&
           is_simple(node.args[first ? 1 : 0], true);
  }
  default:
    return false;
  }
}

IndexSpan SpanCode::index(NodeId id) {
  if (id == lane_index_)
    return {1, frame_.index(0), frame_.index(0)};
  Value *one = frame_.index(1);
  if (NodeId loop = simple_.loop_of(id); loop != no_node) {
    IndexSpan low = span(at(loop).args[0]);
    IndexSpan high = span(at(loop).args[1]);
    // Bounds that move with the lanes are not worth following.
    return {0, low.low, b.CreateSub(high.high, one)};
  }
  if (std::optional<IndexRange> range = known_(id))
    return {0, range->low, range->high};
  const auto &params = frame_.kernel.body.params;
  size_t loop = llvm::find(params, id) - params.begin();
  Value *extent = frame_.extent(frame_.kernel.loops[loop]);
  return {0, frame_.index(0), b.CreateSub(extent, one)};
}

IndexSpan SpanCode::scaled(const IndexSpan &x, int64_t factor) {
  Value *by = frame_.index(factor);
  Value *low = b.CreateMul(x.low, by), *high = b.CreateMul(x.high, by);
  if (factor < 0)
    std::swap(low, high);
  return {x.slope * factor, low, high};
}

IndexSpan SpanCode::scalar(const Node &node) {
  if (node.op == ScalarOp::mul) {
    bool first = is_literal(at(node.args[0]), largest_factor);
    return scaled(span(node.args[first ? 1 : 0]),
                  int64_t(at(node.args[first ? 0 : 1]).bits));
  }
  IndexSpan x = span(node.args[0]), y = span(node.args[1]);
  if (node.op == ScalarOp::sub)
    return difference(x, y);
  return {x.slope + y.slope, b.CreateAdd(x.low, y.low),
          b.CreateAdd(x.high, y.high)};
}

IndexSpan SpanCode::span(NodeId id) {
  const Node &node = at(id);
  switch (node.kind) {
  case NodeKind::constant:
    return exact(frame_.index(int64_t(node.bits)));
  case NodeKind::size:
    return exact(frame_.sizes[node.index]);
  case NodeKind::param:
    return index(id);
  default:
    return scalar(node);
  }
}

} // namespace landfall
