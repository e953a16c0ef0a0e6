//===- turn_loop.h - Rows to columns through tiles -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/kernel_frame.h"

namespace landfall::reef {

/// Two squares of `edge` x `edge` elements one below the other, to `columns`
/// rows of two edges. Steps between rows are in bytes.
struct TurnLoop {
  unsigned element_bits; ///< 16 or 32.
  llvm::Value *edge;
  llvm::Value *from, *from_step;
  llvm::Value *to, *to_step;
  llvm::Value *columns; ///< At most `edge`.
};

void emit_turn_loop(KernelFrame &frame, const TurnLoop &loop);

} // namespace landfall::reef
