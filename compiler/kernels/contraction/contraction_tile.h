//===- contraction_tile.h - The innermost product --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A block of rows x vectors sums kept in registers over a run of the depth.
// Operands are packed, so that one function serves every contraction with this
// accumulator; edges are padding, so that nothing is masked.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

/// The block shapes that suit a machine, and the packed layouts they read:
///   broadcast side  [row][depth], `broadcast_stride` elements a row
///   lane side       [depth][lane], lanes() elements a depth step
///   sums            [row][lane], lanes() elements a row
/// Streamed blocks read the lane side where it is; their rows of sums are as
/// long as they are wide.
struct TileShape {
  DType type = DType::f32;
  unsigned width = 8;   ///< Lanes in a vector.
  unsigned rows = 6;    ///< At most, in one block.
  unsigned vectors = 2; ///< At most, in one block.
  int64_t depth = 256;  ///< Steps between loading and storing the sums.
  int64_t panels = 4;   ///< Blocks' widths of a dense lane side packed at once.

  unsigned lanes() const { return width * vectors; }
  int64_t broadcast_stride() const { return depth + width; }
  /// Numbers of rows that there is a block for, ascending, to cover up to
  /// `most_rows` rows. Streamed blocks include one of a single row.
  llvm::SmallVector<unsigned, 5> heights(bool streamed,
                                         int64_t most_rows) const;
  /// Vectors of a block that reads the lane side where it is: fewer rows, more
  /// vectors. Where there are not as many lanes, half of them.
  unsigned streamed_vectors(unsigned height, bool half = false) const;

  static TileShape choose(const Machine &machine, DType accumulator);
  unsigned registers = 16; ///< Of the machine.
};

/// Where one block works.
struct TileArguments {
  llvm::Value *broadcast;   ///< First row, first depth step.
  llvm::Value *lane;        ///< First depth step.
  llvm::Value *lane_stride; ///< i64; of streamed blocks.
  llvm::Value *depth;       ///< i64, in [0, shape.depth].
  llvm::Value *sums;
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
};

/// Calls the block of the least height >= `rows` (i64, in [1, shape.rows]),
/// one vector wide if `narrow` (i1). `most_rows`: what `rows` may be.
void emit_tile(KernelFrame &frame, const TileShape &shape, llvm::Value *rows,
               int64_t most_rows, llvm::Value *narrow,
               const TileArguments &arguments);

/// How wide blocks should be for so many rows and `lanes` lanes in all.
llvm::Value *streamed_width(KernelFrame &frame, const TileShape &shape,
                            llvm::Value *rows, int64_t most_rows,
                            llvm::Value *lanes);

/// The same on a lane side in place: depth steps `lane_stride` elements apart,
/// blocks of `width` lanes (from streamed_width).
void emit_streamed_tile(KernelFrame &frame, const TileShape &shape,
                        llvm::Value *rows, int64_t most_rows,
                        llvm::Value *width, const TileArguments &arguments);

/// Emits `body` for the least of the heights that is >= `rows`, or the last.
void for_height(KernelFrame &frame, llvm::ArrayRef<unsigned> heights,
                llvm::Value *rows, const std::function<void(unsigned)> &body);

/// sum + a * b on vectors or scalars; one rounding for reals.
llvm::Value *multiply_add(llvm::IRBuilderBase &b, llvm::Value *a,
                          llvm::Value *x, llvm::Value *sum);

} // namespace landfall::kernels
