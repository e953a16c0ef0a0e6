//===- index_span.cpp - Bounds of sums of indices -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/index_span.h"

namespace landfall::kernels {

using llvm::Value;

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
    bool first = analysis::is_index_factor(at(node.args[0]));
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

} // namespace landfall::kernels
