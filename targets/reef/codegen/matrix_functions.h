//===- matrix_functions.h - The loops around the matrix unit ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each is a function of its own, shared by all kernels of a module: its loop
// has all registers to itself. A panel is two edges wide, a block of sums two
// by two edges; `edge` and counts are i64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/matrix_unit.h"

namespace landfall::reef {

/// Two panels, `depth` steps long, and how much of their width is used.
struct PanelProduct {
  llvm::Value *rows, *lanes;
  llvm::Value *row_count, *lane_count;
  llvm::Value *depth;
};
/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void call_multiply(KernelFrame &frame, llvm::Value *edge,
                   const PanelProduct &product);

void call_zero_tiles(KernelFrame &frame, llvm::Value *edge);
/// Tiles from or to a block of sums.
void call_load_tiles(KernelFrame &frame, llvm::Value *edge, llvm::Value *sums);
void call_store_tiles(KernelFrame &frame, llvm::Value *edge, llvm::Value *sums);

/// From rows of `length` elements, two edges of them, to a panel of as many
/// steps, by way of two tiles. Reads up to an edge behind the last row.
void call_turn(KernelFrame &frame, llvm::Value *edge, llvm::Value *rows,
               llvm::Value *length, llvm::Value *panel);

} // namespace landfall::reef
