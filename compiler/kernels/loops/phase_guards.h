//===- phase_guards.h - Where guards of phases hold ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/loops/index_span.h"
#include "compiler/kernels/loops/loop_plan.h"
#include "kernel_analysis/access/simple_indices.h"

#include "llvm/ADT/DenseSet.h"

#include <functional>

namespace landfall::kernels {

/// The comparisons of indices that differ between the lanes of a phase
/// (LoopPlan::parts), and where they are known to hold: by interval arithmetic
/// for a stretch of the lane loop. Near the edges of what is read they do not.
class PhaseGuards {
public:
  PhaseGuards(const Kernel &kernel, const LoopPlan &plan);

  const llvm::DenseSet<NodeId> &comparisons() const { return comparisons_; }
  /// i1: all hold for lane indices in `lanes`, for every value of the indices
  /// of folds. `outer_index` returns the value of another loop's index.
  llvm::Value *
  hold(KernelFrame &frame, const IndexRange &lanes,
       const std::function<llvm::Value *(NodeId)> &outer_index) const;

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  void collect(const Block &block,
               const std::function<bool(const Node &)> &differs);
  bool has_range(NodeId id) const;

  const Kernel &kernel_;
  analysis::SimpleIndices simple_;
  llvm::DenseSet<NodeId> comparisons_;
};

} // namespace landfall::kernels
