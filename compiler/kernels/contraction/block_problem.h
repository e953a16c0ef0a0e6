//===- block_problem.h - Weights scaled by blocks of K ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_problem.h"
#include "kernel_analysis/contraction/scaled_factor.h"

namespace landfall::kernels {

/// A contraction with weights of the N side in panels: small integers, with a
/// scale and a zero point for each block of K.
struct BlockProblem {
  ContractionProblem base;
  analysis::ScaledFactor weights;
  /// The M side, if it is bytes with a scale for each block: these are
  /// multiplied by the weights in words (word_product.h), which the innermost
  /// loop of K walks.
  std::optional<analysis::ScaledFactor> rows;
  WordForm form; ///< Of the words.

  /// The load from panels.
  const analysis::FactorLoad &load() const;
  int64_t width() const { return load().panels->width; }
  /// The type of packed rows.
  DType row_type() const;
  /// Whether a loop of K and those inside are unrolled: they are known to be
  /// short.
  bool is_unrolled(size_t loop) const;
  /// The most rows of a task.
  int64_t most_rows() const;
};

/// The problem, or why the strategy `blocks` is not for it: a clause to follow
/// "because".
Result<BlockProblem> find_block_problem(const ContractionProblem &base);

/// How a launch is cut, and where its parts of scratch memory begin, in bytes;
/// all values are i64.
struct BlockCut {
  BlockCut(SizeCode &sizes, const BlockProblem &problem);

  llvm::Value *batch, *rows, *points, *k; ///< Extents.
  llvm::Value *blocks, *in_block;         ///< `k` is their product.
  llvm::Value *task_points, *row_tasks, *point_tasks;
  /// Elements from one packed row to the next, and from one row's scales.
  llvm::Value *row_stride, *scales_stride;
  /// Packed rows are at 0; then [row][block]: their sums, their scales.
  llvm::Value *row_sums_at, *row_scales_at, *sums_at, *scratch_bytes;

  llvm::Value *tasks(SizeCode &sizes) const;
};

} // namespace landfall::kernels
