//===- tile_moves.h - Loops between tiles and memory -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// `squares` times two squares of `edge` x `edge` elements, one below the
/// other, side by side: to `columns` rows of two edges each. Steps between rows
/// are in bytes.
struct TurnLoop {
  unsigned element_bits; ///< 16 or 32.
  unsigned squares;      ///< 1 or 2.
  llvm::Value *edge;
  llvm::Value *from, *from_step;
  llvm::Value *to, *to_step;
  llvm::Value *columns; ///< At most `edge`; `edge` itself for two squares.
};

void emit_turn_loop(kernels::KernelFrame &frame, const TurnLoop &loop);

/// All four tiles from or to a block of sums, [2 edges][2 edges].
enum class TileMove { load, store };
void emit_block_loop(kernels::KernelFrame &frame, TileMove move,
                     llvm::Value *edge, llvm::Value *sums);

} // namespace landfall::reef
