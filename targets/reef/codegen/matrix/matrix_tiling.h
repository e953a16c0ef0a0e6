//===- matrix_tiling.h - Cutting a product for the matrix unit -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"

#include <array>

namespace landfall::reef {

/// The DMA channels of a task: rows that are not in place come by the one after
/// the first, too, in turn; results and what they take have their own.
enum Channel : size_t { row_channel = 0, lane_channel = 2, result_channel = 3 };

/// How one launch is cut, as i64 values: functions of the sizes and of what the
/// chip's registers say. Rows and lanes are counted in panels, which are two
/// tiles wide, the depth in steps. Tiles are as large as the chip's, or half.
///
/// Steps of bytes are two registers apart, which is where an operand's rows
/// must be: one instruction loads four steps of half a panel. A row takes at
/// most half a register, and leaves one between rows for what is loaded ahead.
struct MatrixTiling {
  llvm::Value *edge, *panel; ///< Elements; panel = 2 edges.
  llvm::Value *panel_log;    ///< To base 2.
  llvm::Value *pitch;        ///< Elements from one step of a panel to the next.
  llvm::Value *panels_per_row; ///< Panels of rows side by side in a pitch.
  llvm::Value *abreast_log;
  llvm::Value *batch, *rows, *lanes, *depth; ///< Extents; any may be 0.
  /// Tasks that share the depth of a block (depth_parts.h), and its length for
  /// all but the last of them.
  llvm::Value *parts, *part_depth;
  llvm::Value *depth_run; ///< Steps packed at a time, at most.
  /// Of panels of so many side by side, and what belongs to them.
  llvm::Value *panel_bytes;
  llvm::Value *runs; ///< Of them; at least 1.
  /// i1: behind a panel, a quarter has no room for what one is made from. There
  /// is one run.
  llvm::Value *wide;
  llvm::Value *task_rows, *task_lanes; ///< Of one task, at most.
  llvm::Value *task_lane_panels;       ///< That so many lanes take, at most.
  llvm::Value *task_blocks;            ///< Of one task, at most.
  llvm::Value *row_tasks, *lane_tasks;

  /// The scratchpad: quarters of so many bytes for the row side's panels, two
  /// panels of the lane side, and blocks of sums.
  llvm::Value *quarter_bytes;
  llvm::Value *copies_fit; ///< i1: those of what a block's epilogue reads.
  /// i1: sums go to two places in turn, where no run or part needs a block
  /// again.
  llvm::Value *alternates;
  llvm::Value *copies; ///< Bytes of the last quarter before those of operands.
  /// By Channel: those of as many as the chip has, counted around.
  std::array<llvm::Value *, result_channel + 1> channels;

  llvm::Value *tasks(kernels::SizeCode &sizes) const;
};

/// f32 or a 32-bit integer.
constexpr int64_t sum_bytes = 4;

/// Where parts of the depth are shared, no more tasks and blocks than these.
constexpr int64_t most_shared_blocks = 64;
/// Blocks of other parts' sums that there is room for, behind the copies.
constexpr int64_t parts_at_once = 2;

/// What the structure of a contraction means for how it is cut.
struct TilingWishes {
  int64_t element_bytes; ///< Of panels: an instruction takes 4 bytes.
  int64_t rows_behind;   ///< Rows of a panel that something else needs.
  /// Panels of rows take long to make, those of lanes do not.
  bool costly_row_panels;
  /// Panels of lanes are evaluated on the vector unit, so that many panels of
  /// rows should share them.
  bool dear_lanes;
  int64_t copies; ///< Operands of which a block must have room.

  bool bytes() const { return element_bytes == 1; }
};

MatrixTiling emit_matrix_tiling(kernels::SizeCode &sizes,
                                const analysis::ContractionRoles &roles,
                                const TilingWishes &wishes);

} // namespace landfall::reef
