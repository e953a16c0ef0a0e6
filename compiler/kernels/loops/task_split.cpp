//===- task_split.cpp - A kernel's points, split into tasks ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/task_split.h"

#include "kernel_analysis/access/work_estimate.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The least work of a task, in simple vector instructions: less does not repay
/// handing it to a thread.
constexpr int64_t task_work = 1 << 14;
/// Cuts fall on multiples of this many indices: whole cache lines at least.
constexpr int64_t piece_unit = 64;

class Splitter {
public:
  Splitter(KernelFrame &frame, const LoopPlan &plan)
      : frame_(frame), b(frame.b), plan_(plan) {}

  TaskSplit run();

private:
  Value *least(Value *x, Value *y) {
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
  }
  Value *most(Value *x, Value *y) {
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, y);
  }
  Value *extent(size_t place) {
    return frame_.extent(frame_.kernel.loops[plan_.order[place]]);
  }
  Value *quotient_up(Value *x, Value *y) {
    Value *bumped = b.CreateAdd(x, b.CreateSub(y, frame_.index(1)));
    return b.CreateUDiv(bumped, y);
  }
  Value *product(size_t from, size_t to);
  Value *trips(const Node &loop);
  Value *work(NodeId node);
  Value *work_of_row();

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const LoopPlan &plan_;
};

Value *Splitter::product(size_t from, size_t to) {
  Value *result = frame_.index(1);
  for (size_t place = from; place < to; ++place)
    result = b.CreateMul(result, extent(place));
  return result;
}

/// The trip count of a loop node, if its bounds are sizes or constants.
Value *Splitter::trips(const Node &loop) {
  const Node &high = frame_.kernel.nodes[loop.args[1]];
  if (high.kind == NodeKind::size)
    return frame_.sizes[high.index];
  if (high.kind == NodeKind::constant)
    return frame_.index(int64_t(high.bits));
  return frame_.index(16);
}

/// In hundredths of a simple instruction, so that small bodies count.
Value *Splitter::work(NodeId id) {
  const Kernel &kernel = frame_.kernel;
  const Node &node = kernel.nodes[id];
  if (node.kind != NodeKind::loop)
    return frame_.index(int64_t(analysis::work_of(kernel, id, 16) * 100));
  Value *inner = frame_.index(100);
  for (NodeId inside : node.blocks[0].nodes)
    inner = b.CreateAdd(inner, work(inside));
  return b.CreateMul(most(trips(node), frame_.index(0)), inner);
}

Value *Splitter::work_of_row() {
  size_t rank = plan_.order.size();
  Value *sum = b.CreateMul(frame_.index(200), product(plan_.row_loops, rank));
  for (size_t k = 0; k < plan_.depth.size(); ++k) {
    size_t depth = std::max(plan_.depth[k], plan_.row_loops);
    sum = b.CreateAdd(sum, b.CreateMul(work(frame_.kernel.body.nodes[k]),
                                       product(plan_.row_loops, depth)));
  }
  return most(sum, frame_.index(1));
}

TaskSplit Splitter::run() {
  size_t rank = plan_.order.size();
  Value *one = frame_.index(1), *zero = frame_.index(0);
  TaskSplit split;
  split.rows = product(0, plan_.row_loops);
  Value *row_work = work_of_row();
  int64_t lanes = std::max(plan_.width, 4u);
  Value *wanted = frame_.index(task_work * lanes * 100);
  Value *fitting = b.CreateSDiv(wanted, row_work);
  split.rows_per_task = most(one, least(fitting, split.rows));
  split.extent = split.piece = split.pieces = one;
  if (plan_.cuts) {
    split.extent = extent(plan_.row_loops);
    Value *index_work =
        most(one, b.CreateSDiv(row_work, most(one, split.extent)));
    Value *piece = b.CreateSDiv(wanted, index_work);
    Value *unit = frame_.index(piece_unit);
    piece = b.CreateMul(quotient_up(most(one, piece), unit), unit);
    split.piece = most(one, least(piece, split.extent));
    split.pieces = most(one, quotient_up(split.extent, split.piece));
  }
  Value *tasks =
      b.CreateMul(quotient_up(split.rows, split.rows_per_task), split.pieces);
  Value *empty = b.getFalse();
  for (size_t place = 0; place < rank; ++place)
    empty = b.CreateOr(empty, b.CreateICmpSLE(extent(place), zero));
  split.tasks = b.CreateSelect(empty, zero, tasks);
  return split;
}

} // namespace

TaskSplit emit_task_split(KernelFrame &frame, const LoopPlan &plan) {
  return Splitter(frame, plan).run();
}

} // namespace landfall::kernels
