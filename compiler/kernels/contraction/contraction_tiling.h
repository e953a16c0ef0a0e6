//===- contraction_tiling.h - Cutting a contraction into tasks --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

/// With so few steps of K, storing results takes about as long as products.
constexpr int64_t few_steps = 64;

/// How one launch is divided into tasks, and a task into runs of K (K
/// blocking). All values are i64. Runs depend on the sizes only, so that sums
/// do not depend on the number of threads; tasks are fewer for few threads.
struct Tiling {
  llvm::Value *batch, *m, *n, *k; ///< Extents of the contraction; may be 0.
  /// Extents of a task along M and N; the last task may be smaller.
  llvm::Value *task_m, *task_n;
  /// Number of tasks along M and along N, for each batch index.
  llvm::Value *m_tasks, *n_tasks;
  llvm::Value *run_k; ///< Steps of K in a run; the last run may be shorter.
  llvm::Value *runs;  ///< Number of runs; at least 1.

  /// Scratch memory of a thread, in bytes: the packed M side is at offset 0,
  /// the packed N side at `n_side_at`, the sums at `sums_at`.
  llvm::Value *n_side_at, *sums_at, *scratch_bytes;

  /// The number of tasks of the launch (i64); 0 if the result is empty.
  llvm::Value *tasks(SizeCode &sizes) const;
};

/// Emits the computation of the tiling at the current place. `strategies` are
/// those that apply to the problem; scratch memory suffices for each of them.
Tiling emit_tiling(SizeCode &sizes, const ContractionProblem &problem,
                   BlockStrategies strategies);

} // namespace landfall::kernels
