//===- contraction_dot.h - Sums as dot products along K --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For matrix products in which M or N is very small (the small side) and the
// other, large side is contiguous along K in memory. Vectors run along K: each
// sum is accumulated as a vector of partial sums, which are added up at the
// end. The large side is thus read once, from the operand, without packing.
// Used by the strategies dot_m (the M side is large) and dot_n (the N side is
// large).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// The largest extent of the small side (of N for dot_m, of M for dot_n).
inline constexpr int64_t most_dot_points = 4;

/// The operands of `emit_dot`. Elements have the accumulator's type; counts and
/// strides are i64, in elements.
struct DotArguments {
  llvm::Value *large;        ///< Address of [large_count][k].
  llvm::Value *large_stride; ///< From one row of `large` to the next.
  llvm::Value *large_count;
  llvm::Value *small;       ///< Address of [small_count][k], packed: rows are
                            ///< TileShape::m_side_stride() apart.
  llvm::Value *small_count; ///< In [1, most_dot_points].
  llvm::Value *k;           ///< Steps of K, in [0, TileShape::k].
  /// The sum of rows p of `large` and q of `small` is at
  /// sums[p * large_step + q * small_step].
  llvm::Value *sums, *large_step, *small_step;
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
};

/// Emits the sums of all pairs of rows. There is code for 1, 2 and
/// most_dot_points rows of `small`: it reads up to that many rows and writes
/// their sums, which are unspecified for rows beyond `small_count`.
void emit_dot(KernelFrame &frame, const TileShape &shape,
              const DotArguments &arguments);

} // namespace landfall::kernels
