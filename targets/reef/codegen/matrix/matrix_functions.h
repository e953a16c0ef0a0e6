//===- matrix_functions.h - The loops around the matrix unit ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The inner loops of a contraction as functions that all kernels of a module
// share; in a function of its own, each loop can use all registers. A panel is
// two tile edges wide, a block of sums is [2 edges][2 edges]. `edge` (the tile
// edge) and pitches are i64, in elements; counts are i64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/matrix/matrix_unit.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"

namespace landfall::reef {

/// The product of a row panel and a lane panel.
struct PanelProduct {
  PanelTypes types;
  llvm::Value *pitch;                  ///< Of both panels.
  llvm::Value *rows, *lanes;           ///< Addresses of the two panels.
  llvm::Value *row_count, *lane_count; ///< How many rows and lanes are used.
  llvm::Value *depth;                  ///< Steps of both panels.
};
/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void call_multiply(kernels::KernelFrame &frame, llvm::Value *edge,
                   const PanelProduct &product);

void call_zero_tiles(kernels::KernelFrame &frame, llvm::Value *edge);
/// Loads or stores all four tiles from or to a block of sums in memory.
void call_load_tiles(kernels::KernelFrame &frame, llvm::Value *edge,
                     llvm::Value *sums);
void call_store_tiles(kernels::KernelFrame &frame, llvm::Value *edge,
                      llvm::Value *sums);

/// Packs a panel by transposing [2 edges][depth] to [depth][2 edges] through
/// the tiles. Elements are reals, or pairs of bytes (two steps of the depth).
/// If depth <= edge, source and destination may be the same memory.
struct PanelTranspose {
  DType type; ///< Of the panel.
  llvm::Value *edge;
  llvm::Value *pitch;     ///< Of the panel.
  llvm::Value *rows;      ///< Address of the source.
  llvm::Value *row_bytes; ///< From row to row of the source.
  llvm::Value *depth;     ///< Steps of the panel.
  llvm::Value *panel;     ///< Address of the destination.
};
void call_transpose(kernels::KernelFrame &frame, const PanelTranspose &turn);

/// Sums a panel of bytes over the depth and stores the sums at `sums`, [2
/// edges] of i32. Overwrites the tiles.
void call_sum(kernels::KernelFrame &frame, const SumLoop &panel,
              llvm::Value *sums);

} // namespace landfall::reef
