//===- transpose_block.h - A square of vectors, turned ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"

namespace landfall::kernels {

/// The pieces of a register that x86 shuffles cheaply: its instructions on
/// longer vectors do the same in each piece, or move whole pieces.
inline constexpr unsigned shuffled_bits = 128;

/// Rows k and k + distance become the interleaving of their elements: of the
/// low halves of all pieces, and of the high halves. An element is `elements`
/// elements of the vector, a piece `piece` elements.
inline void interleave_rows(llvm::IRBuilderBase &b,
                            llvm::MutableArrayRef<llvm::Value *> rows,
                            unsigned distance, unsigned elements,
                            unsigned piece) {
  int count = int(rows.size());
  llvm::SmallVector<int, 64> low, high;
  for (unsigned at = 0; at < rows.size(); at += piece)
    for (unsigned k = 0; k < piece; ++k) {
      int from = int(at + k / (2 * elements) * elements + k % elements) +
                 (k / elements % 2 ? count : 0);
      low.push_back(from);
      high.push_back(from + int(piece / 2));
    }
  for (unsigned k = 0; k < rows.size(); ++k) {
    if (k & distance)
      continue;
    llvm::Value *upper = rows[k], *lower = rows[k + distance];
    rows[k] = b.CreateShuffleVector(upper, lower, low);
    rows[k + distance] = b.CreateShuffleVector(upper, lower, high);
  }
}

/// Rows k and k + distance become their even pieces and their odd pieces: those
/// of the upper row first.
inline void separate_pieces(llvm::IRBuilderBase &b,
                            llvm::MutableArrayRef<llvm::Value *> rows,
                            unsigned distance, unsigned piece) {
  llvm::SmallVector<int, 64> even, odd;
  for (unsigned at = 0; at < 2 * rows.size(); at += 2 * piece)
    for (unsigned k = 0; k < piece; ++k) {
      even.push_back(int(at + k));
      odd.push_back(int(at + piece + k));
    }
  for (unsigned k = 0; k < rows.size(); ++k) {
    if (k & distance)
      continue;
    llvm::Value *upper = rows[k], *lower = rows[k + distance];
    rows[k] = b.CreateShuffleVector(upper, lower, even);
    rows[k + distance] = b.CreateShuffleVector(upper, lower, odd);
  }
}

/// Transposes an n x n block in registers, n a power of two: `rows` are n fixed
/// vectors of n elements. log2(n) steps of two-vector shuffles: first squares
/// within pieces of registers, by interleaving, then squares of pieces.
inline void
transpose_block_in_place(llvm::IRBuilderBase &b,
                         llvm::MutableArrayRef<llvm::Value *> rows) {
  unsigned count = unsigned(rows.size());
  if (count < 2)
    return;
  unsigned bits = rows[0]->getType()->getScalarSizeInBits();
  unsigned piece = std::min(count, std::max(1u, shuffled_bits / bits));
  for (unsigned half = 1; half < piece; half *= 2)
    interleave_rows(b, rows, half, half, piece);
  for (unsigned half = piece; half < count; half *= 2)
    separate_pieces(b, rows, half, piece);
  // Interleaving has moved the rows of each piece to bit-reversed places.
  llvm::SmallVector<llvm::Value *, 64> before(rows.begin(), rows.end());
  for (unsigned k = 0; k < count; ++k) {
    unsigned place = k / piece;
    for (unsigned bit = 1; bit < piece; bit *= 2)
      place = 2 * place + ((k & bit) != 0);
    rows[place] = before[k];
  }
}

} // namespace landfall::kernels
