//===- word_sides.h - Sides of a contraction as words -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Both sides are integers of 8 bits, perhaps less zero points. They are packed
// as bytes, and what the zero points contribute is subtracted from the finished
// sums (kernel_analysis/contraction/narrow_factor.h). Or both are bf16, summed
// in f32 on a machine that has such products. Rows are points of M, and
// the points of the blocks are those of N; the other way round if weights in
// panels are the M side.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_problem.h"
#include "kernel_analysis/contraction/narrow_factor.h"

namespace landfall::kernels {

/// One side.
struct WordSide {
  PackSide elements; ///< Points as [K][point], rows as WordSides says.
  bool is_signed = false;
  std::optional<PackSide> zero; ///< One row; lanes are the loops of M or of N.
};

/// A function of the kernel and the machine.
struct WordSides {
  WordSide rows, points;
  std::optional<analysis::Panels> panels; ///< If points are those of weights.
  bool turned = false;                    ///< These weights are the M side.
  /// Rows lie along K in memory, in runs, and are read as [row][K]; else as
  /// [K][row].
  bool rows_along_k = false;
  WordForm form;

  /// Whether the packed bytes of a side have a zero point.
  bool rows_shifted() const { return rows.zero || form.flips_rows; }
  bool points_shifted() const { return points.zero || form.flips_points; }
};

/// The sides, or why they are not packed as words: a clause to follow
/// "because".
Result<WordSides> find_word_sides(const ContractionProblem &problem);

} // namespace landfall::kernels
