//===- contraction_tile.h - The innermost product --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The microkernel: a block of sums, m rows by some vectors, is kept in
// registers while a run of K is added. It reads packed sides, so that one
// function serves every contraction with the same accumulator type. Blocks at
// the edge of the result are computed whole, on padding, so that nothing is
// masked.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/word_product.h"

namespace landfall::kernels {

/// The block shapes that suit a machine, and the packed layouts they read:
///   M side  [M][K], `m_side_stride` elements a row
///   N side  [K][N], n() elements a step of K
///   sums    [M][N], n() elements a row
struct TileShape {
  DType type = DType::f32;
  unsigned width = 8;   ///< Lanes in a vector.
  unsigned m = 6;       ///< The most rows of a block.
  unsigned vectors = 2; ///< The most vectors in a row, if N is packed.
  int64_t k = 256;      ///< The most steps of K in a run.
  int64_t panels = 4;   ///< Panels of a dense N side that are packed at once.
  unsigned registers = 16; ///< The machine's vector registers.
  /// The type of weights in panels: `type`, or f16 or bf16 that blocks convert.
  DType panel_type = DType::f32;
  /// Steps of K that lie together there (analysis::Panels::steps).
  int64_t panel_steps = 1;
  /// If set, packed elements are words and steps of K are those of words.
  std::optional<WordForm> words;
  /// If set, blocks of many rows are summed in tiles (matrix_tile.h).
  bool matrix_tiles = false;

  /// The width of a panel of the packed N side, in elements.
  unsigned n() const { return width * vectors; }
  /// From one row of the packed M side to the next, in elements: one vector
  /// more than K, as packing writes whole vectors.
  int64_t m_side_stride() const { return k + width; }
  /// The numbers of rows for which there are block functions, ascending: those
  /// >= `least` that are needed if M is at most `most_m`; the last one is `m`,
  /// or the first that is >= `most_m`.
  llvm::SmallVector<unsigned, 5> heights(unsigned least, int64_t most_m) const;

  static TileShape choose(const Machine &machine, DType accumulator);
  static TileShape choose(const Machine &machine, const WordForm &words);
  /// For blocks that convert panels of a narrow real to f32.
  static TileShape choose_converting(const Machine &machine, DType panel_type,
                                     int64_t panel_steps);
};

/// Steps of K in a turn of the loop of a block with so many vectors of sums:
/// with many, counting single steps takes places of their multiply-adds (3 to
/// 4% of the time of convolutional networks).
unsigned steps_of_turn(unsigned sums);

/// Identifies a block function.
struct TileBlock {
  unsigned m;       ///< Rows.
  unsigned vectors; ///< Vectors in a row.
};

/// The arguments of a block function. Pointers are to elements of
/// TileShape::type.
struct TileArguments {
  llvm::Value *m_side;    ///< The block's first row, at the run's first step.
  llvm::Value *n_side;    ///< The block's first lane, at the run's first step.
  llvm::Value *k;         ///< The number of steps: i64, in [0, TileShape::k].
  llvm::Value *sums;      ///< The block's first sum.
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
  /// If not null: step k reads the N side, which is then not aligned, at n_side
  /// + offsets[k] (address of i64, in elements) instead of n_side + k * n().
  llvm::Value *offsets = nullptr;
  /// If not null: from one row of the M side to the next (i64, in elements),
  /// instead of TileShape::m_side_stride(): it may be read in place.
  llvm::Value *m_stride = nullptr;
};

/// Emits a call of the block function; adds the function to the module on first
/// use.
void call_tile(KernelFrame &frame, const TileShape &shape,
               const TileBlock &block, const TileArguments &arguments);

/// Emits code that branches on `m` (i64) to the smallest of the ascending
/// `heights` that is >= m, or the last; `body` emits the code for one height.
void for_height(KernelFrame &frame, llvm::ArrayRef<unsigned> heights,
                llvm::Value *m, const std::function<void(unsigned)> &body);

/// How many rows a block of the smallest of these heights that is >= `rows`
/// has more than those (i64); 0 if there are none.
llvm::Value *rows_in_vain(llvm::IRBuilderBase &b,
                          llvm::ArrayRef<unsigned> heights, llvm::Value *rows);

/// sum + a * b on vectors or scalars; reals are rounded once if the machine has
/// an instruction for that (VectorUnit::fuses_multiply_adds), else twice.
llvm::Value *multiply_add(llvm::IRBuilderBase &b, llvm::Value *a,
                          llvm::Value *x, llvm::Value *sum);

} // namespace landfall::kernels
