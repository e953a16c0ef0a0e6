//===- window_tile.h - Cutting a window sum into tasks ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// An item is a group of channels at a tile of rows and columns, for one index
// of the outer loops. Its data is copied to scratch memory, where it stays in
// the second-level cache. Its sums are made chunk by chunk, each of several
// rows or a part of one, which stay in the first-level cache until they are
// results. A task is one item or more.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/windows/window_problem.h"

namespace landfall::kernels {

/// Extents (i64) of a window sum; 1 where it has no such loop.
struct WindowExtents {
  llvm::Value *channels, *rows, *columns; ///< Of the result.
  llvm::Value *outer_taps, *row_taps, *column_taps;
};

WindowExtents emit_window_extents(SizeCode &sizes,
                                  const WindowProblem &problem);

/// All values are i64. A point is one element for each channel of a group.
struct WindowTile : WindowExtents {
  llvm::Value *taps; ///< All, their number.
  llvm::Value *tile_rows, *tile_columns;
  llvm::Value *chunk_rows, *chunk_columns;
  llvm::Value *groups, *row_tiles, *column_tiles, *items;
  llvm::Value *task_items, *tasks;
  /// The data of a tile is [outer_taps][data_rows][data_columns] points.
  llvm::Value *data_rows, *data_columns;
  /// The transposed sums of a chunk are [channel][pitch].
  llvm::Value *pitch;
  /// Where in scratch memory they are (in bytes); the weights are at 0.
  llvm::Value *data_at, *sums_at, *turned_at, *scratch_bytes;
  /// i1: whether channels as lanes are faster than columns as lanes.
  llvm::Value *suits;
};

WindowTile emit_window_tile(SizeCode &sizes, const WindowProblem &problem);

/// Positions that `loops` neighbouring indices and `taps` taps reach (i64).
llvm::Value *window_reach(SizeCode &sizes, const analysis::WindowAxis &axis,
                          llvm::Value *loops, llvm::Value *taps);

} // namespace landfall::kernels
