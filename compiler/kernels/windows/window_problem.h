//===- window_problem.h - One sum of windows -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/machine.h"
#include "kernel_analysis/contraction/window_sum.h"

namespace landfall::kernels {

/// A window sum whose channels are the lanes: what is decided from the kernel
/// and the machine. Both must outlive it.
///
/// The last two axes with a loop are the rows and the columns of the result;
/// the others are outer axes. Taps are numbered in the order of `taps`.
struct WindowProblem {
  WindowProblem(const Kernel &kernel, const Machine &machine,
                analysis::WindowSum sum);

  const Kernel &kernel;
  const Machine &machine;
  analysis::WindowSum sum;
  unsigned width; ///< Lanes: channels of a group.
  /// Columns of a block, each with a register for its sum.
  unsigned block, small_block;
  analysis::WindowAxis row, column; ///< `row` may have no loop and no tap.
  std::vector<analysis::WindowAxis> outer;
  /// Variables of the taps: those of the outer axes, the row's, the column's.
  std::vector<uint32_t> taps;
  /// Whether the channel is the result's innermost loop.
  bool channels_last;
  /// What of the body is computed before the sums are transposed back: the
  /// fold, or all if that depends on rows and columns but not on the channel.
  NodeId turned;
  /// Whether the rest of the body, and the result, see rows and columns as one
  /// loop.
  bool rows_join;
  /// Whether the data's guards say in which columns of a row they hold: all are
  /// conjunctions of lower and upper bounds of the column's position.
  bool bounds_columns;
  /// The data where a guard does not hold, if it is a constant: its bits.
  std::optional<uint64_t> padding;
  /// Whether the data is read along the columns and transposed. False: it is
  /// read along the channels.
  bool transposes_data;
  /// The same for the weights, along all taps as one loop.
  bool transposes_weights;
  /// What the loop generator needs for a vector at one tap: tenths of a cycle.
  int64_t loops_cost;

  /// Whether channels as lanes are best at all sizes: columns are not
  /// contiguous in the result, and windows do not reach far apart.
  bool suits_all_sizes() const { return channels_last && !reaches_far(); }
  /// Whether windows can span many times the data that they read.
  bool reaches_far() const;
  std::vector<uint32_t> outer_loops() const;
  std::vector<uint32_t> outer_taps() const;
  /// The variable that stands for the position; the axis's other one is 0 then.
  uint32_t position_variable(const analysis::WindowAxis &axis) const;
  /// The change of that variable from position to position, 1 or -1.
  int64_t position_scale(const analysis::WindowAxis &axis) const;
  /// The change of a form from one position of the axis to the next.
  analysis::SizePolynomial step(const analysis::Affine &form,
                                const analysis::WindowAxis &axis) const;
};

} // namespace landfall::kernels
