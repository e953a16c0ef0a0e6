//===- contraction_dot.h - Products of few long vectors --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Where M or N is small and the other side runs along K in memory, sums are
// kept as vectors along K and added up at the end: the large side is read once,
// where it is. For the strategies dot_m and dot_n.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// The most points of the small side.
inline constexpr int64_t most_dot_points = 4;

/// All pointers are to elements of the accumulator's type, strides in elements.
struct DotArguments {
  llvm::Value *large, *large_stride; ///< [point][K], unit stride along K.
  llvm::Value *large_count;
  llvm::Value *small;       ///< [point][K], shape.m_side_stride() apart.
  llvm::Value *small_count; ///< In [1, most_dot_points].
  llvm::Value *k;           ///< In [0, shape.k].
  /// Sums of all pairs; those of up to most_dot_points small points are
  /// written.
  llvm::Value *sums, *large_step, *small_step;
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
};

void emit_dot(KernelFrame &frame, const TileShape &shape,
              const DotArguments &arguments);

} // namespace landfall::kernels
