//===- tile_moves.h - Moves between tiles and memory -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Transposes [2 edges][squares * edge] to [squares * edge][2 edges] through
/// the tiles, each of which takes a square of edge x edge elements: rows of the
/// source are written to rows of the tiles, and columns are read from them.
struct TransposeLoop {
  unsigned element_bits;         ///< 16 or 32.
  unsigned squares;              ///< Squares in a row of the source: 1 or 2.
  llvm::Value *edge;             ///< Of a tile, in elements (i64).
  llvm::Value *from, *from_step; ///< Source; bytes from row to row.
  llvm::Value *to, *to_step;     ///< Destination; bytes from row to row.
  /// How many columns of a square are stored: at most `edge`, and `edge` if
  /// there are two squares.
  llvm::Value *columns;
};

void emit_transpose_loop(kernels::KernelFrame &frame,
                         const TransposeLoop &loop);

enum class TileMove { load, store };
/// Loads all four tiles from a block of sums, [2 edges][2 edges], or stores
/// them to it.
void emit_block_loop(kernels::KernelFrame &frame, TileMove move,
                     llvm::Value *edge, llvm::Value *sums);

} // namespace landfall::reef
