//===- interleave_bytes.h - Words of bytes from four rows ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/word_product.h"

namespace landfall::kernels {

/// Loads `width` bytes at each of four addresses and makes words of them: word
/// i is of the bytes number i, as bytes that are interleaved.
inline llvm::Value *interleave_bytes(llvm::IRBuilderBase &b,
                                     llvm::ArrayRef<llvm::Value *> addresses,
                                     unsigned width) {
  llvm::Type *bytes = llvm::FixedVectorType::get(b.getInt8Ty(), width);
  llvm::SmallVector<int, 64> pairs, all;
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned from : {0u, width})
      pairs.push_back(int(lane + from));
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned step : {0u, 1u, 2 * width, 2 * width + 1})
      all.push_back(int(2 * lane + step));
  llvm::SmallVector<llvm::Value *, steps_of_word> rows;
  for (llvm::Value *address : addresses)
    rows.push_back(b.CreateAlignedLoad(bytes, address, llvm::Align(width)));
  llvm::Value *words = b.CreateShuffleVector(
      b.CreateShuffleVector(rows[0], rows[1], pairs),
      b.CreateShuffleVector(rows[2], rows[3], pairs), all);
  return b.CreateBitCast(words,
                         llvm::FixedVectorType::get(b.getInt32Ty(), width));
}

} // namespace landfall::kernels
