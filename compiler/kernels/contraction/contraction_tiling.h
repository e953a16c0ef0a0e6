//===- contraction_tiling.h - Cutting a contraction into tasks --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// How one launch is cut, as i64 values. Functions of the sizes alone.
struct Tiling {
  llvm::Value *batch, *rows, *lanes, *depth; ///< Extents; any may be 0.
  llvm::Value *task_rows, *task_lanes;       ///< Of one task, at most.
  llvm::Value *row_tasks, *lane_tasks;       ///< Tasks along each.
  llvm::Value *depth_run; ///< Depth packed at a time, at most.
  llvm::Value *runs;      ///< Of them; at least 1.

  // Scratch memory, in bytes: the packed broadcast side comes first.
  llvm::Value *lane_at, *sums_at, *scratch_bytes;

  /// The number of tasks; 0 if the result is empty.
  llvm::Value *tasks(SizeCode &sizes) const;
};

/// `dense`: packing the lane side is cheap (PackSide::is_dense).
Tiling emit_tiling(SizeCode &sizes, const analysis::ContractionRoles &roles,
                   const TileShape &shape, bool dense);

} // namespace landfall::kernels
