//===- interior.cpp - Where guards need no looking at ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/interior.h"

#include "compiler/kernels/access_analysis.h"

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

Interior::Interior(const Kernel &kernel, const LoopPlan &plan)
    : kernel_(kernel) {
  if (kernel.kind != KernelClass::map || plan.tiled ||
      plan.lane_place >= plan.order.size())
    return;
  lane_index_ = kernel.body.params[plan.order[plan.lane_place]];
  for (NodeId id = 0; id < kernel.nodes.size(); ++id)
    if (at(id).kind == NodeKind::loop)
      loop_of_[at(id).blocks[0].params[0]] = id;
  visit(kernel.body);
  AccessAnalysis access(kernel);
  for (NodeId id : comparisons_)
    if (!access.depends(id, lane_index_))
      row_comparisons_.insert(id);
  if (row_comparisons_.size() == comparisons_.size())
    comparisons_.clear();
}

void Interior::visit(const Block &block) {
  for (NodeId id : block.nodes) {
    const Node &node = at(id);
    if (node.kind == NodeKind::load) {
      size_t rank = kernel_.operands[node.index].dims.size();
      if (node.args.size() > rank)
        visit_guard(node.args[rank]);
    }
    for (const Block &inner : node.blocks)
      visit(inner);
  }
}

void Interior::visit_guard(NodeId guard) {
  const Node &node = at(guard);
  if (node.kind != NodeKind::scalar)
    return;
  if (node.op == ScalarOp::bit_and) {
    visit_guard(node.args[0]);
    visit_guard(node.args[1]);
  }
  if ((node.op == ScalarOp::lt || node.op == ScalarOp::le) &&
      at(node.args[0]).type == DType::i64 && is_simple(node.args[0], false) &&
      is_simple(node.args[1], false))
    comparisons_.insert(guard);
}

bool Interior::is_simple(NodeId id, bool multiplied) const {
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

namespace {

/// slope * index + [low, high], over all values of the inner indices.
struct Span {
  int64_t slope;
  Value *low;
  Value *high;
};

class SpanCode {
public:
  SpanCode(KernelFrame &frame, NodeId lane_index,
           const llvm::DenseMap<NodeId, NodeId> &loop_of,
           const std::function<Value *(NodeId)> &outer_index)
      : frame_(frame), b(frame.b), lane_index_(lane_index), loop_of_(loop_of),
        outer_index_(outer_index) {}

  Span span(NodeId id);
  Span difference(const Span &x, const Span &y) {
    return {x.slope - y.slope, b.CreateSub(x.low, y.high),
            b.CreateSub(x.high, y.low)};
  }

private:
  const Node &at(NodeId id) { return frame_.kernel.nodes[id]; }
  Span exact(Value *value) { return {0, value, value}; }
  Span index(NodeId id);
  Span scalar(const Node &node);
  Span scaled(const Span &x, int64_t factor);

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  NodeId lane_index_;
  const llvm::DenseMap<NodeId, NodeId> &loop_of_;
  const std::function<Value *(NodeId)> &outer_index_;
};

Span SpanCode::index(NodeId id) {
  if (id == lane_index_)
    return {1, frame_.index(0), frame_.index(0)};
  Value *one = frame_.index(1);
  if (auto loop = loop_of_.find(id); loop != loop_of_.end()) {
    Span low = span(at(loop->second).args[0]);
    Span high = span(at(loop->second).args[1]);
    // Bounds that move with the lanes are not worth following.
    return {0, low.low, b.CreateSub(high.high, one)};
  }
  if (Value *known = outer_index_(id))
    return exact(known);
  const auto &params = frame_.kernel.body.params;
  size_t loop = llvm::find(params, id) - params.begin();
  Value *extent = frame_.extent(frame_.kernel.loops[loop]);
  return {0, frame_.index(0), b.CreateSub(extent, one)};
}

Span SpanCode::scaled(const Span &x, int64_t factor) {
  Value *by = frame_.index(factor);
  Value *low = b.CreateMul(x.low, by), *high = b.CreateMul(x.high, by);
  if (factor < 0)
    std::swap(low, high);
  return {x.slope * factor, low, high};
}

Span SpanCode::scalar(const Node &node) {
  if (node.op == ScalarOp::mul) {
    bool first = is_literal(at(node.args[0]), largest_factor);
    return scaled(span(node.args[first ? 1 : 0]),
                  int64_t(at(node.args[first ? 0 : 1]).bits));
  }
  Span x = span(node.args[0]), y = span(node.args[1]);
  if (node.op == ScalarOp::sub)
    return difference(x, y);
  return {x.slope + y.slope, b.CreateAdd(x.low, y.low),
          b.CreateAdd(x.high, y.high)};
}

Span SpanCode::span(NodeId id) {
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

/// Towards minus infinity, for a positive constant divisor.
Value *floor_quotient(KernelFrame &frame, Value *x, int64_t divisor) {
  llvm::IRBuilderBase &b = frame.b;
  if (divisor == 1)
    return x;
  Value *by = frame.index(divisor);
  Value *quotient = b.CreateSDiv(x, by);
  Value *rest = b.CreateSub(x, b.CreateMul(quotient, by));
  Value *below = b.CreateICmpSLT(rest, frame.index(0));
  return b.CreateSub(quotient, b.CreateZExt(below, b.getInt64Ty()));
}

} // namespace

Interior::Range
Interior::emit(KernelFrame &frame,
               const std::function<Value *(NodeId)> &outer_index) const {
  llvm::IRBuilderBase &b = frame.b;
  Range range = {frame.index(0), frame.index(INT64_MAX)};
  SpanCode code(frame, lane_index_, loop_of_, outer_index);
  llvm::SmallVector<NodeId, 16> ordered(comparisons_.begin(),
                                        comparisons_.end());
  llvm::sort(ordered);
  for (NodeId id : ordered) {
    const Node &node = at(id);
    Span apart =
        code.difference(code.span(node.args[0]), code.span(node.args[1]));
    // Holds where slope * index + worst <= 0.
    Value *worst = apart.high;
    if (node.op == ScalarOp::lt)
      worst = b.CreateAdd(worst, frame.index(1));
    if (apart.slope == 0) {
      Value *holds = b.CreateICmpSLE(worst, frame.index(0));
      range.high = b.CreateSelect(holds, range.high, frame.index(0));
    } else if (apart.slope > 0) {
      Value *last = floor_quotient(frame, b.CreateNeg(worst), apart.slope);
      range.high = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, range.high,
                                           b.CreateAdd(last, frame.index(1)));
    } else {
      // index >= worst / -slope, rounded up.
      Value *first =
          b.CreateNeg(floor_quotient(frame, b.CreateNeg(worst), -apart.slope));
      range.low =
          b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, range.low, first);
    }
  }
  return range;
}

} // namespace landfall
