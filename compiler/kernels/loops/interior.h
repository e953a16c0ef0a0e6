//===- interior.h - The part of a loop without guards ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Loop versioning for padded windows (convolution, pooling). Their loads are
// guarded by comparisons that are true everywhere but near an edge. `Interior`
// computes the range of the lane loop on which all these comparisons are true;
// on that range the loads are emitted without guards.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/loops/index_span.h"
#include "compiler/kernels/loops/loop_plan.h"

#include "llvm/ADT/DenseSet.h"

#include <functional>

namespace landfall::kernels {

class Interior {
public:
  /// Collects the comparisons of index expressions that guard loads.
  Interior(const Kernel &kernel, const LoopPlan &plan);

  /// The comparisons; empty if versioning gains nothing.
  const llvm::DenseSet<NodeId> &comparisons() const { return comparisons_; }

  /// Those independent of the lane index: uniform over a row.
  const llvm::DenseSet<NodeId> &row_comparisons() const {
    return row_comparisons_;
  }
  /// Whether all are so: a row is in the interior as a whole or not at all.
  bool is_by_rows() const {
    return row_comparisons_.size() == comparisons_.size();
  }

  struct Range {
    llvm::Value *low;
    llvm::Value *high;
  };
  /// [low, high) of the lane loop's index: all comparisons are true there, for
  /// every value of the indices of inner loops. `outer_index` returns the value
  /// of a parallel loop's index that is fixed at this point, or null.
  Range emit(KernelFrame &frame,
             const std::function<llvm::Value *(NodeId)> &outer_index) const {
    return emit(frame, outer_index, comparisons_);
  }
  /// Whether all row comparisons are true (i1).
  llvm::Value *
  emit_row(KernelFrame &frame,
           const std::function<llvm::Value *(NodeId)> &outer_index) const;

private:
  Range emit(KernelFrame &frame,
             const std::function<llvm::Value *(NodeId)> &outer_index,
             const llvm::DenseSet<NodeId> &comparisons) const;
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  void visit(const Block &block, bool folds);
  void visit_guard(NodeId guard);

  const Kernel &kernel_;
  analysis::SimpleIndices simple_;
  NodeId lane_index_ = no_node;
  llvm::DenseSet<NodeId> comparisons_;
  llvm::DenseSet<NodeId> row_comparisons_;
  bool in_folds_ = false; ///< Some guarded load is inside a fold.
};

} // namespace landfall::kernels
