//===- matrix_functions.h - The loops around the matrix unit ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The inner loops of a contraction as functions shared by all kernels of a
// module, so that each loop can use all registers. A panel is two tile edges
// wide, a block of sums is [2 edges][2 edges]. `edge`, pitches (in elements)
// and counts are i64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/matrix/matrix_unit.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"

namespace landfall::reef {

/// The product of two panels of `depth` steps, of which `row_count` rows and
/// `lane_count` lanes are used.
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
/// Loads or stores all four tiles from or to a block of sums in memory.
void call_load_tiles(kernels::KernelFrame &frame, llvm::Value *edge,
                     llvm::Value *sums);
void call_store_tiles(kernels::KernelFrame &frame, llvm::Value *edge,
                      llvm::Value *sums);

/// Packs a panel by transposing [2 edges][depth] to [depth][2 edges] through
/// the tiles. Source rows are `row_bytes` apart; elements are reals, or pairs
/// of bytes. If depth <= edge, source and destination may be the same memory.
struct PanelTranspose {
  DType type;
  llvm::Value *edge, *pitch;
  llvm::Value *rows, *row_bytes, *depth, *panel;
};
void call_transpose(kernels::KernelFrame &frame, const PanelTranspose &turn);

/// Sums a panel of bytes over the depth to `sums`, [2 edges] of i32. Overwrites
/// the tiles.
void call_sum(kernels::KernelFrame &frame, const SumLoop &panel,
              llvm::Value *sums);

} // namespace landfall::reef
