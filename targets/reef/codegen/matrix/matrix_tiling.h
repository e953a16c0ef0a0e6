//===- matrix_tiling.h - Blocking for the matrix unit ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"

#include <array>

namespace landfall::reef {

/// The DMA channels of a task. Row panels that are not in place use channels 0
/// and 1 alternately; results, and the operands that the epilogue reads, use
/// `result_channel`.
enum Channel : size_t { row_channel = 0, lane_channel = 2, result_channel = 3 };

/// The blocking of one launch, computed at run time (i64 values) from the sizes
/// and the chip's registers. In GEMM terms: rows are M, lanes N, depth K. A
/// panel is two tiles wide, in rows or in lanes. The tile edge used is the
/// chip's, or half of it. The scratchpad is divided into four quarters: row
/// panels, two lane panels, and blocks of sums.
///
/// Panels of bytes: consecutive steps of the depth are two vector registers
/// apart, because one load instruction must bring four steps of half a panel
/// into register-group positions that the matrix instruction reads. A step uses
/// at most half a register; the other half holds data loaded ahead.
struct MatrixTiling {
  llvm::Value *edge;  ///< Tile edge, in elements.
  llvm::Value *panel; ///< Panel width, in elements: 2 * edge.
  llvm::Value *log2_panel;
  /// Elements from one step of a panel to the next.
  llvm::Value *pitch;
  /// The number of row panels stored side by side within one pitch; 1 for
  /// elements larger than a byte.
  llvm::Value *panels_per_row;
  llvm::Value *log2_panels_per_row;
  llvm::Value *batch, *rows, *lanes, *depth; ///< Extents; any may be 0.
  /// Split-K: the number of tasks that share the depth of a block
  /// (depth_parts.h), and the steps of each but the last.
  llvm::Value *parts, *part_depth;
  /// K blocking: the most steps packed at a time, and the number of such runs;
  /// at least 1.
  llvm::Value *depth_run, *runs;
  /// Bytes of `panels_per_row` panels of one run and their zero-point data.
  llvm::Value *panel_bytes;
  /// i1: a panel and its staging area do not fit together in a quarter of the
  /// scratchpad, so that the panel is staged elsewhere. Then there is one run.
  llvm::Value *wide;
  llvm::Value *task_rows, *task_lanes; ///< The most rows and lanes of a task.
  llvm::Value *task_lane_panels;       ///< The most lane panels of a task.
  llvm::Value *task_blocks;            ///< The most blocks of sums of a task.
  llvm::Value *row_tasks, *lane_tasks; ///< Tasks along rows and lanes.

  llvm::Value *quarter_bytes; ///< Bytes of a quarter of the scratchpad.
  /// i1: copies of the operands that the epilogue reads fit the scratchpad.
  llvm::Value *copies_fit;
  /// i1: blocks of sums alternate between two places, so that one is
  /// transferred while the next is computed. Needs one run and no split of the
  /// depth.
  llvm::Value *alternates;
  llvm::Value *copies; ///< Byte offset of the copies in the last quarter.
  /// By Channel: the DMA channel's number, modulo the number of channels.
  std::array<llvm::Value *, result_channel + 1> channels;

  llvm::Value *tasks(kernels::SizeCode &sizes) const;
};

/// Bytes of a sum: f32 or a 32-bit integer.
constexpr int64_t sum_bytes = 4;

/// Split-K is used only with at most this many cores, and at most this many
/// blocks in the result.
constexpr int64_t max_shared_blocks = 64;
/// Split-K: the number of blocks with other parts' sums that the scratchpad
/// holds at a time while they are added up, behind the copies.
constexpr int64_t parts_at_once = 2;

/// What the blocking needs to know of a contraction.
struct TilingRequirements {
  int64_t element_bytes; ///< Size of a panel's element: 4, 2 or 1.
  /// Rows (of one pitch) after the last step of each panel: for zero-point data
  /// (zero_points.h), and for loads that read beyond the last step.
  int64_t rows_behind;
  /// Row panels take long to pack, and lane panels do not.
  bool costly_row_panels;
  /// Lane panels are evaluated on the vector unit, so that many row panels
  /// should share one.
  bool costly_lane_panels;
  /// The number of operands that the epilogue reads from copies in the
  /// scratchpad (block_transfer.h).
  int64_t copies;

  bool bytes() const { return element_bytes == 1; }
};

MatrixTiling emit_matrix_tiling(kernels::SizeCode &sizes,
                                const analysis::ContractionRoles &roles,
                                const TilingRequirements &needs);

} // namespace landfall::reef
