//===- tile_moves.h - Loops between tiles and memory -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Transposes [2 edges][squares * edge] to [columns][2 edges] through the
/// tiles, a square of edge x edge in each. Steps between rows are in bytes.
struct TransposeLoop {
  unsigned element_bits; ///< 16 or 32.
  unsigned squares;      ///< 1 or 2.
  llvm::Value *edge;
  llvm::Value *from, *from_step;
  llvm::Value *to, *to_step;
  llvm::Value *columns; ///< At most `edge`; `edge` itself for two squares.
};

void emit_transpose_loop(kernels::KernelFrame &frame,
                         const TransposeLoop &loop);

/// All four tiles from or to a block of sums, [2 edges][2 edges].
enum class TileMove { load, store };
void emit_block_loop(kernels::KernelFrame &frame, TileMove move,
                     llvm::Value *edge, llvm::Value *sums);

} // namespace landfall::reef
