//===- contraction_tile.h - The innermost product --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A block of M x vectors sums kept in registers over a run of K.
// Operands are packed, so that one function serves every contraction with this
// accumulator; edges are padding, so that nothing is masked.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

/// The block shapes that suit a machine, and the packed layouts they read:
///   M side  [M][K], `m_side_stride` elements a row
///   N side  [K][N], n() elements a step of K
///   sums    [M][N], n() elements a row
/// Streamed blocks read the N side where it is; their rows of sums are as long
/// as they are wide.
struct TileShape {
  DType type = DType::f32;
  unsigned width = 8;      ///< Lanes in a vector.
  unsigned m = 6;          ///< At most, in one block.
  unsigned vectors = 2;    ///< At most, in one block of a packed N side.
  int64_t k = 256;         ///< Steps between loading and storing the sums.
  int64_t panels = 4;      ///< Blocks' widths of a dense N side packed at once.
  unsigned registers = 16; ///< Of the machine.

  unsigned n() const { return width * vectors; }
  int64_t m_side_stride() const { return k + width; }
  /// Heights that there is a block for, ascending, from `least` on, to cover
  /// up to `most_m` rows.
  llvm::SmallVector<unsigned, 5> heights(unsigned least, int64_t most_m) const;

  static TileShape choose(const Machine &machine, DType accumulator);
};

/// What tells one block function from another.
struct TileBlock {
  unsigned m, vectors;
  bool streamed; ///< The N side's steps of K are TileArguments::n_stride apart.
};

/// Where one block works.
struct TileArguments {
  llvm::Value *m_side;   ///< First row, first step of K.
  llvm::Value *n_side;   ///< First step of K.
  llvm::Value *n_stride; ///< i64; of streamed blocks.
  llvm::Value *k;        ///< i64, in [0, shape.k].
  llvm::Value *sums;
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
};

/// Calls the module's function for this block, which is built on first use.
void call_tile(KernelFrame &frame, const TileShape &shape,
               const TileBlock &block, const TileArguments &arguments);

/// Emits `body` for the least of the heights that is >= `m`, or the last.
void for_height(KernelFrame &frame, llvm::ArrayRef<unsigned> heights,
                llvm::Value *m, const std::function<void(unsigned)> &body);

/// sum + a * b on vectors or scalars; one rounding for reals.
llvm::Value *multiply_add(llvm::IRBuilderBase &b, llvm::Value *a,
                          llvm::Value *x, llvm::Value *sum);

} // namespace landfall::kernels
