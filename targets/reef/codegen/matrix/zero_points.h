//===- zero_points.h - Zero points of a quantized product ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Quantized products: panels hold the bytes without zero points, and the zero
// points' contribution is subtracted from the finished block of sums
// (panel_factor.h has the formula). It is computed from two numbers for each
// row (or lane) of a panel, which are stored behind the panel: the sum over the
// depth, and the zero point; [2 edges] of i32 each.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Pointers to these numbers of one panel ("edges" are its rows or lanes); null
/// if they are not needed.
struct EdgeNumbers {
  llvm::Value *sums = nullptr;  ///< Set if the other factor has zero points.
  llvm::Value *zeros = nullptr; ///< Set if this factor has zero points.
};

/// Rows (pitches) of a panel of bytes that these numbers occupy.
constexpr int64_t edge_number_rows = 8;

/// A block of sums of i32. Counts and the stride are i64.
struct ProductBlock {
  llvm::Value *sums;         ///< Address of [rows][lanes].
  llvm::Value *stride;       ///< From row to row, in elements.
  llvm::Value *rows, *lanes; ///< How many are used.
  llvm::Value *depth;        ///< Steps that each sum was taken over.
};

/// Subtracts zl * (row_sum - depth * zr) + zr * lane_sum from each sum, where
/// zr and zl are the zero points of its row and lane, and row_sum and lane_sum
/// the sums of the row's and the lane's bytes over the depth.
void call_subtract_zeros(kernels::KernelFrame &frame, const ProductBlock &block,
                         const EdgeNumbers &rows, const EdgeNumbers &lanes);

} // namespace landfall::reef
