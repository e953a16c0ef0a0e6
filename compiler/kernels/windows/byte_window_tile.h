//===- byte_window_tile.h - Cutting a window sum of bytes -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// An item is a group of channels at a tile of rows and columns, for one index
// of the outer loops. What it copies and sums stays in the first-level cache. A
// task is one item or more; channels count first, so that the copies of
// neighbouring items have the same edges.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/windows/byte_windows.h"
#include "compiler/kernels/windows/window_tile.h"

namespace landfall::kernels {

/// All values are i64.
struct ByteWindowTile : WindowExtents {
  llvm::Value *row_words; ///< Words of a row of taps.
  llvm::Value *group, *tile_rows, *tile_columns;
  llvm::Value *groups, *row_tiles, *column_tiles, *items;
  llvm::Value *task_items, *tasks;
  /// The data of a channel is [outer_taps][data_rows][data_columns] bytes.
  llvm::Value *data_rows, *data_columns, *data_pitch;
  /// A channel's weights are a sum to begin with, then words, in i32; its sums
  /// are [rows][columns].
  llvm::Value *weights_pitch, *sums_pitch;
  /// Where in scratch memory they are (in bytes); the weights are at 0.
  llvm::Value *data_at, *sums_at, *scratch_bytes;
};

ByteWindowTile emit_byte_window_tile(SizeCode &sizes,
                                     const WindowProblem &problem,
                                     const ByteWindows &windows);

} // namespace landfall::kernels
