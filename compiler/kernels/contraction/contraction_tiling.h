//===- contraction_tiling.h - Cutting a contraction into tasks --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

/// How one launch is cut, as i64 values. Functions of the sizes alone.
struct Tiling {
  llvm::Value *batch, *m, *n, *k; ///< Extents; any may be 0.
  llvm::Value *task_m, *task_n;   ///< Of one task, at most.
  llvm::Value *m_tasks, *n_tasks; ///< Tasks along each.
  llvm::Value *run_k;             ///< K packed at a time, at most.
  llvm::Value *runs;              ///< Of them; at least 1.

  // Scratch memory, in bytes: the packed M side comes first.
  llvm::Value *n_side_at, *sums_at, *scratch_bytes;

  /// The number of tasks; 0 if the result is empty.
  llvm::Value *tasks(SizeCode &sizes) const;
};

Tiling emit_tiling(SizeCode &sizes, const ContractionProblem &problem,
                   BlockStrategies strategies);

} // namespace landfall::kernels
