//===- block_problem.h - Weights scaled by blocks of K ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_problem.h"
#include "kernel_analysis/contraction/scaled_factor.h"

namespace landfall::kernels {

/// Rows of reals as digits (block_digits.h): their number, the levels of them
/// that a block may need, the rows of a task for which they are faster, and the
/// bytes of a record before its digits.
inline constexpr unsigned row_digits = 4, levels_of_digits = 2;
inline constexpr int64_t most_digit_rows = 4, record_head = 32;

/// A contraction with weights of the N side in panels: small integers, with a
/// scale and a zero point for each block of K.
struct BlockProblem {
  ContractionProblem base;
  analysis::ScaledFactor weights;
  /// The M side, if it is bytes with a scale for each block: these are
  /// multiplied by the weights in words (word_product.h), which the innermost
  /// loop of K walks.
  std::optional<analysis::ScaledFactor> rows = {};
  WordForm form = {}; ///< Of the words.
  /// The loop of K that walks the four steps of a word, if the panels are of
  /// words.
  std::optional<uint32_t> step_loop = {};
  /// The product of the extents of the loops that walk bits; 0: not known.
  int64_t fields = 1;
  /// Whether the weights are bits, the same for all points, of what is loaded
  /// in words: no sign, and at most `largest`.
  bool has_bit_fields = false;
  int64_t largest = 0;

  /// The load from panels.
  const analysis::FactorLoad &load() const;
  int64_t width() const { return load().panels->width; }
  /// The loops of K in a block.
  llvm::ArrayRef<uint32_t> inner_loops() const;
  /// Whether a loop of these indexes nothing that is loaded from panels: it
  /// walks the bits of an element.
  bool walks_bits(uint32_t loop) const;
  /// Whether zero points are taken off sums: sum of x * e - zero * sum of x.
  /// Else off each weight, as others' sums are infinite where a row is.
  bool sums_rows() const { return weights.zero && (rows || !step_loop); }
  /// Whether few rows of reals are multiplied as digits of bytes.
  bool has_digits() const;
  /// Vectors of points that are then summed at once.
  unsigned digit_vectors() const;
  /// The type of packed rows.
  DType row_type() const;
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
  /// Of problems with digits: bytes from one digit's of a block to the next
  /// one's, and of a record; a row's most records; the areas of records, of
  /// their numbers by row, of a block in the order of digits, and of what
  /// these leave of it.
  llvm::Value *digit_stride = nullptr, *record_bytes = nullptr,
              *max_records = nullptr, *records_at = nullptr,
              *record_counts_at = nullptr, *sorted_at = nullptr,
              *rests_at = nullptr;

  llvm::Value *tasks(SizeCode &sizes) const;
};

} // namespace landfall::kernels
