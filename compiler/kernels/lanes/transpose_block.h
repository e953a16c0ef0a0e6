//===- transpose_block.h - A square of vectors, turned ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"

namespace landfall::kernels {

/// Transposes an n x n block in registers, n a power of two: `rows` are n fixed
/// vectors of n elements. log2(n) steps of two-vector shuffles.
inline void
transpose_block_in_place(llvm::IRBuilderBase &b,
                         llvm::MutableArrayRef<llvm::Value *> rows) {
  unsigned count = unsigned(rows.size());
  // Swaps the off-diagonal halves of squares of growing size.
  for (unsigned half = 1; half < count; half *= 2) {
    llvm::SmallVector<int, 64> low, high;
    for (unsigned j = 0; j < count; ++j) {
      low.push_back(int(j & half ? count + j - half : j));
      high.push_back(int(j & half ? count + j : j + half));
    }
    for (unsigned i = 0; i < count; ++i) {
      if (i & half)
        continue;
      llvm::Value *upper = rows[i], *lower = rows[i + half];
      rows[i] = b.CreateShuffleVector(upper, lower, low);
      rows[i + half] = b.CreateShuffleVector(upper, lower, high);
    }
  }
}

} // namespace landfall::kernels
