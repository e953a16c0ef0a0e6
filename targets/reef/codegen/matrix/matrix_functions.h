//===- matrix_functions.h - The loops around the matrix unit ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each is a function of its own, shared by all kernels of a module: its loop
// has all registers to itself. A panel is two edges wide, a block of sums two
// by two edges; `edge`, pitches (in elements) and counts are i64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/matrix/matrix_unit.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"

namespace landfall::reef {

/// Two panels, `depth` steps long, and how much of their width is used.
struct PanelProduct {
  PanelTypes types;
  llvm::Value *pitch;
  llvm::Value *rows, *lanes;
  llvm::Value *row_count, *lane_count;
  llvm::Value *depth;
};
/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void call_multiply(kernels::KernelFrame &frame, llvm::Value *edge,
                   const PanelProduct &product);

void call_zero_tiles(kernels::KernelFrame &frame, llvm::Value *edge);
/// Tiles from or to a block of sums.
void call_load_tiles(kernels::KernelFrame &frame, llvm::Value *edge,
                     llvm::Value *sums);
void call_store_tiles(kernels::KernelFrame &frame, llvm::Value *edge,
                      llvm::Value *sums);

/// From rows of `depth` elements, two edges of them `row_bytes` apart, to a
/// panel, by way of the tiles: of reals, or of bytes in pairs. Up to an edge of
/// rows may lie where their steps go.
struct PanelTurn {
  DType type;
  llvm::Value *edge, *pitch;
  llvm::Value *rows, *row_bytes, *depth, *panel;
};
void call_turn(kernels::KernelFrame &frame, const PanelTurn &turn);

/// The sums over the depth of a panel of bytes, two edges of i32, to `sums`.
/// The tiles are overwritten.
void call_sum(kernels::KernelFrame &frame, const SumLoop &panel,
              llvm::Value *sums);

} // namespace landfall::reef
