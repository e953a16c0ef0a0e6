//===- phase_guards.cpp - Where guards of phases hold ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/phase_guards.h"

#include "compiler/kernels/body/body_emitter.h"
#include "compiler/kernels/loops/interleave.h"

namespace landfall::kernels {

using llvm::Value;

PhaseGuards::PhaseGuards(const Kernel &kernel, const LoopPlan &plan)
    : kernel_(kernel), simple_(kernel) {
  if (plan.parts.count == 0 || plan.parts.is_last_loop)
    return;
  analysis::AccessAnalysis access(kernel);
  auto slope = [&](NodeId id) {
    return slope_of_phase(kernel, access, id, plan.parts.count);
  };
  collect(kernel.body, [&](const Node &node) {
    auto a = slope(node.args[0]), c = slope(node.args[1]);
    return a && c && *a != *c;
  });
}

void PhaseGuards::collect(const Block &block,
                          const std::function<bool(const Node &)> &differs) {
  for (NodeId id : block.nodes) {
    const Node &node = at(id);
    if (node.kind == NodeKind::scalar &&
        (node.op == ScalarOp::lt || node.op == ScalarOp::le) &&
        at(node.args[0]).type == DType::i64 && has_range(node.args[0]) &&
        has_range(node.args[1]) && differs(node))
      comparisons_.insert(id);
    for (const Block &inner : node.blocks)
      collect(inner, differs);
  }
}

/// Whether RangeCode knows all operations that the node is computed by.
bool PhaseGuards::has_range(NodeId id) const {
  const Node &node = at(id);
  if (node.kind == NodeKind::param)
    return simple_.contains(id);
  if (node.kind != NodeKind::scalar)
    return node.kind == NodeKind::constant || node.kind == NodeKind::size;
  if (index_divisor(kernel_, id))
    return has_range(node.args[0]);
  if (node.op == ScalarOp::mul && at(node.args[1]).kind != NodeKind::constant)
    return false;
  return (node.op == ScalarOp::add || node.op == ScalarOp::sub ||
          node.op == ScalarOp::mul) &&
         has_range(node.args[0]) && has_range(node.args[1]);
}

namespace {

/// Emits ranges by interval arithmetic.
class RangeCode {
public:
  RangeCode(KernelFrame &frame, const analysis::SimpleIndices &simple,
            IndexRange lanes, const std::function<Value *(NodeId)> &outer)
      : frame_(frame), b(frame.b), simple_(simple), lanes_(lanes),
        outer_(outer) {}

  IndexRange range(NodeId id) {
    const Node &node = at(id);
    if (node.kind == NodeKind::constant)
      return exact(frame_.index(int64_t(node.bits)));
    if (node.kind == NodeKind::size)
      return exact(frame_.sizes[node.index]);
    return node.kind == NodeKind::param ? index(id) : scalar(id);
  }

private:
  const Node &at(NodeId id) { return frame_.kernel.nodes[id]; }
  IndexRange exact(Value *value) { return {value, value}; }

  IndexRange index(NodeId id) {
    if (id == frame_.kernel.body.params.back())
      return lanes_;
    NodeId loop = simple_.loop_of(id);
    if (loop == no_node)
      return exact(outer_(id));
    Value *end = range(at(loop).args[1]).high;
    return {range(at(loop).args[0]).low, b.CreateSub(end, frame_.index(1))};
  }

  IndexRange scalar(NodeId id) {
    const Node &node = at(id);
    if (auto divisor = index_divisor(frame_.kernel, id))
      return divided(node, *divisor);
    IndexRange x = range(node.args[0]), y = range(node.args[1]);
    if (node.op == ScalarOp::add)
      return {b.CreateAdd(x.low, y.low), b.CreateAdd(x.high, y.high)};
    if (node.op == ScalarOp::sub)
      return {b.CreateSub(x.low, y.high), b.CreateSub(x.high, y.low)};
    IndexRange scaled = {b.CreateMul(x.low, y.low), b.CreateMul(x.high, y.low)};
    if (int64_t(at(node.args[1]).bits) < 0)
      std::swap(scaled.low, scaled.high);
    return scaled;
  }

  /// A quotient that is rounded down; of x - x mod d, that of x.
  IndexRange divided(const Node &node, int64_t divisor) {
    if (node.op == ScalarOp::mod)
      return {frame_.index(0), frame_.index(divisor - 1)};
    const Node &dividend = at(node.args[0]);
    IndexRange x = range(dividend.kind == NodeKind::scalar ? dividend.args[0]
                                                           : node.args[0]);
    auto quotient = [&](Value *value) {
      Value *by = frame_.index(divisor);
      Value *rest = b.CreateSRem(value, by);
      Value *below = b.CreateICmpSLT(rest, frame_.index(0));
      return b.CreateSub(b.CreateSDiv(value, by),
                         b.CreateZExt(below, b.getInt64Ty()));
    };
    return {quotient(x.low), quotient(x.high)};
  }

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const analysis::SimpleIndices &simple_;
  IndexRange lanes_;
  const std::function<Value *(NodeId)> &outer_;
};

} // namespace

Value *
PhaseGuards::hold(KernelFrame &frame, const IndexRange &lanes,
                  const std::function<Value *(NodeId)> &outer_index) const {
  llvm::IRBuilderBase &b = frame.b;
  RangeCode code(frame, simple_, lanes, outer_index);
  llvm::SmallVector<NodeId, 16> ordered(comparisons_.begin(),
                                        comparisons_.end());
  llvm::sort(ordered);
  Value *all = b.getTrue();
  for (NodeId id : ordered) {
    const Node &node = at(id);
    Value *low = code.range(node.args[0]).high;
    Value *high = code.range(node.args[1]).low;
    all =
        b.CreateAnd(all, node.op == ScalarOp::lt ? b.CreateICmpSLT(low, high)
                                                 : b.CreateICmpSLE(low, high));
  }
  return all;
}

} // namespace landfall::kernels
