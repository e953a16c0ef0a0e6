//===- interior.cpp - The part of a loop without guards -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/interior.h"

#include "kernel_analysis/access/access_analysis.h"

namespace landfall::kernels {

using llvm::Value;

Interior::Interior(const Kernel &kernel, const LoopPlan &plan)
    : kernel_(kernel), simple_(kernel) {
  if (kernel.kind != KernelClass::map || plan.tiled || plan.parts.count > 0 ||
      plan.lane_place >= plan.order.size())
    return;
  lane_index_ = kernel.body.params[plan.order[plan.lane_place]];
  visit(kernel.body, false);
  analysis::AccessAnalysis access(kernel);
  for (NodeId id : comparisons_)
    if (!access.depends(id, lane_index_))
      row_comparisons_.insert(id);
  if (is_by_rows() && !in_folds_) {
    comparisons_.clear();
    row_comparisons_.clear();
  }
}

void Interior::visit(const Block &block, bool folds) {
  for (NodeId id : block.nodes) {
    const Node &node = at(id);
    if (node.kind == NodeKind::load) {
      size_t rank = kernel_.operands[node.index].dims.size();
      if (node.args.size() > rank) {
        visit_guard(node.args[rank]);
        in_folds_ |= folds;
      }
    }
    for (const Block &inner : node.blocks)
      visit(inner, folds || node.kind == NodeKind::loop);
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
      at(node.args[0]).type == DType::i64 && simple_.contains(node.args[0]) &&
      simple_.contains(node.args[1]))
    comparisons_.insert(guard);
}

namespace {

/// floor(x / divisor), divisor > 0.
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
               const std::function<Value *(NodeId)> &outer_index,
               const llvm::DenseSet<NodeId> &comparisons) const {
  llvm::IRBuilderBase &b = frame.b;
  Range range = {frame.index(0), frame.index(INT64_MAX)};
  SpanCode code(frame, simple_, lane_index_,
                [&](NodeId index) -> std::optional<IndexRange> {
                  if (Value *known = outer_index(index))
                    return IndexRange{known, known};
                  return std::nullopt;
                });
  llvm::SmallVector<NodeId, 16> ordered(comparisons.begin(), comparisons.end());
  llvm::sort(ordered);
  for (NodeId id : ordered) {
    const Node &node = at(id);
    IndexSpan apart =
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

Value *
Interior::emit_row(KernelFrame &frame,
                   const std::function<Value *(NodeId)> &outer_index) const {
  Range range = emit(frame, outer_index, row_comparisons_);
  return frame.b.CreateICmpSGT(range.high, frame.index(0));
}

} // namespace landfall::kernels
