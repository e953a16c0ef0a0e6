//===- panel_tile.h - The innermost product with panels --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The microkernel for weights that are stored in panels
// (compiler/passes/lay_out_panels.h): a block of sums, some rows by some
// vectors of the weights' points, is kept in registers while a run of K is
// added. The rows are packed along K or side by side: row_stride and k_stride
// say which.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// The arguments of a block. Pointers are to elements of TileShape::type, which
/// may be words, or panels of TileShape::panel_type; strides are in elements.
struct PanelTileArguments {
  llvm::Value *rows;         ///< Row 0 at the run's first step.
  llvm::Value *row_stride;   ///< From one row to the next (i64).
  llvm::Value *k_stride;     ///< From one step of K of a row to the next (i64).
  llvm::Value *panels;       ///< The block's first point, at the first step.
  llvm::Value *panel_stride; ///< From one panel to the next (i64).
  llvm::Value *k;            ///< The number of steps (i64).
  llvm::Value *sums;         ///< Row 0.
  llvm::Value *sums_stride;  ///< From one row of sums to the next (i64).
  llvm::Value *continues;    ///< i1: add to the sums there, else overwrite.
  /// Blocks of several rows ask for what the next group of points reads, each
  /// for its share: from where on, counted from the group's first element, and
  /// how much a step; in elements of a panel (i64).
  llvm::Value *ahead = nullptr, *ahead_step = nullptr;
  /// If not null, rows are windows (word_windows.h) of so many taps (i64): `k`
  /// is the number of steps of a tap, and rows are read at an offset for each
  /// (address of i64, in elements).
  llvm::Value *taps = nullptr;
  llvm::Value *offsets = nullptr;
};

/// Sets what a block of `rows` asks for ahead: as much of each step, and of the
/// run, as it has of all rows that are multiplied with the group. If the first
/// block asked for all, memory could not keep up with it, and it would wait.
void set_share_ahead(llvm::IRBuilderBase &b, const TileShape &shape,
                     int64_t panel, const Interval &rows, llvm::Value *all_rows,
                     PanelTileArguments &arguments);

/// Emits a call of the kernel's function for blocks of these extents. Panels
/// have `panel` points; the block begins with a panel, or lies in one.
void call_panel_tile(KernelFrame &frame, const TileShape &shape,
                     const TileBlock &block, int64_t panel,
                     const PanelTileArguments &arguments);

} // namespace landfall::kernels
