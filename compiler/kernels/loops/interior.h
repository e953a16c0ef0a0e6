//===- interior.h - Where guards need no looking at ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A padded window guards its loads by comparisons that are true for all points
// but those near an edge. Here the comparisons are decided for a whole stretch
// of the loop over lanes at once: on it they are taken for true, and loads
// become plain ones.
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
  /// Finds the comparisons of simple indices that guard loads.
  Interior(const Kernel &kernel, const LoopPlan &plan);

  /// The comparisons; empty: nothing to gain.
  const llvm::DenseSet<NodeId> &comparisons() const { return comparisons_; }

  /// Those of them that no lane's index enters: true wherever some lane is
  /// inside.
  const llvm::DenseSet<NodeId> &row_comparisons() const {
    return row_comparisons_;
  }

  struct Range {
    llvm::Value *low;
    llvm::Value *high;
  };
  /// The indices of the loop over lanes for which all comparisons hold, for
  /// every value of the indices inside. `outer_index` gives the value of a
  /// parallel index that is known outside, or null.
  Range emit(KernelFrame &frame,
             const std::function<llvm::Value *(NodeId)> &outer_index) const {
    return emit(frame, outer_index, comparisons_);
  }
  /// i1: whether those hold that no lane's index enters.
  llvm::Value *
  emit_row(KernelFrame &frame,
           const std::function<llvm::Value *(NodeId)> &outer_index) const;

private:
  Range emit(KernelFrame &frame,
             const std::function<llvm::Value *(NodeId)> &outer_index,
             const llvm::DenseSet<NodeId> &comparisons) const;
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  void visit(const Block &block);
  void visit_guard(NodeId guard);

  const Kernel &kernel_;
  analysis::SimpleIndices simple_;
  NodeId lane_index_ = no_node;
  llvm::DenseSet<NodeId> comparisons_;
  llvm::DenseSet<NodeId> row_comparisons_;
};

} // namespace landfall::kernels
