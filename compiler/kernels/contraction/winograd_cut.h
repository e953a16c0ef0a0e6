//===- winograd_cut.h - Cutting Winograd's convolutions --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_problem.h"
#include "compiler/kernels/contraction/winograd_tile.h"

namespace landfall::kernels {

/// A convolution with windows of 3x3 taps; functions of the kernel only.
struct WinogradProblem {
  explicit WinogradProblem(const ContractionProblem &base);

  const ContractionProblem &base;
  const WindowSide &side() const { return *base.windows; }
  /// The axes of lines and of columns are the last two.
  const WindowAxis &axis(size_t from_last) const {
    return side().axes[side().axes.size() - from_last];
  }
  /// The weights' load, and their panels if they lie in some.
  const analysis::FactorLoad &weights() const {
    return base.roles.m_side.loads[0];
  }
  const std::optional<analysis::Panels> &panels() const {
    return weights().panels;
  }
  PackSide weights_by_k; ///< If they lie in no panels: packed as [K][M].
  /// The batch loops that the weights do not depend on, and the others; the
  /// axes of N but for the last two. Images are points of the first and the
  /// last.
  std::vector<uint32_t> image_loops, group_loops, outer_axes;
};

/// Why a contraction is no such convolution: a clause to follow "because"; ""
/// if it is one.
std::string why_not_winograd(const ContractionProblem &base);

/// Squares are counted in rows and columns; those of one image lie below those
/// of the image before. All values are i64 and depend on the sizes, some on how
/// many threads run the tasks; no sum depends on how they are cut.
struct WinogradCut {
  llvm::Value *groups, *channels, *points;
  llvm::Value *outer;          ///< Images at a point of the image loops.
  llvm::Value *height, *width; ///< Of an image's results.
  llvm::Value *image_rows;     ///< Rows of squares of an image.
  llvm::Value *rows, *columns; ///< Of squares, all.
  llvm::Value *task_rows, *task_columns, *task_points; ///< At most.
  llvm::Value *row_tasks, *column_tasks, *point_tasks;
  llvm::Value *run_channels, *runs; ///< Channels in a run; runs, at least 1.
  /// Of the copy of the image, in elements: from one line to the next, and from
  /// a channel to the next.
  llvm::Value *line_stride, *channel_stride;
  /// From one channel's values of squares to the next's, and from one place's
  /// to the next's.
  llvm::Value *values_stride, *place_stride;
  llvm::Value
      *windows_stride; ///< From one place's values of windows to the next's.
  llvm::Value *sums_stride;    ///< From one place's sums to the next's.
  llvm::Value *weights_stride; ///< From one step of K to the next.
  /// Scratch memory of a thread, in bytes; the copy is at 0.
  llvm::Value *values_at, *windows_at, *sums_at, *results_at, *turned_at,
      *weights_at, *scratch_bytes;

  llvm::Value *tasks(SizeCode &sizes) const;
};

WinogradCut emit_winograd_cut(SizeCode &sizes, const WinogradProblem &problem);

/// Whether the algorithm takes less time than products of all taps (i1): a
/// function of the sizes only.
llvm::Value *emit_winograd_suits(SizeCode &sizes,
                                 const WinogradProblem &problem);

} // namespace landfall::kernels
