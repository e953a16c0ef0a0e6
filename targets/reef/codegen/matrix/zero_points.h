//===- zero_points.h - What zero points add to a product -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Quantized products: panels hold the bytes, and the zero points' contribution
// is subtracted from the finished block of sums (panel_factor.h has the
// formula). The numbers it takes are stored behind each panel: the sums of its
// rows (or lanes) over the depth and their zero points, [2 edges] of i32 each.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Pointers to these numbers of one panel; null if they are not needed.
struct EdgeNumbers {
  llvm::Value *sums = nullptr;  ///< Set if the other factor has zero points.
  llvm::Value *zeros = nullptr; ///< Set if this factor has zero points.
};

/// Rows (pitches) of a panel of bytes that these numbers occupy.
constexpr int64_t edge_number_rows = 8;

/// A block of sums over `depth` steps, [rows][stride] of i32, of which `lanes`
/// columns are used.
struct ProductBlock {
  llvm::Value *sums, *stride;
  llvm::Value *rows, *lanes;
  llvm::Value *depth;
};

/// Subtracts zl * (sum of row - depth * zr) + zr * (sum of lane) from each sum,
/// with zr and zl the zero points of its row and lane.
void call_subtract_zeros(kernels::KernelFrame &frame, const ProductBlock &block,
                         const EdgeNumbers &rows, const EdgeNumbers &lanes);

} // namespace landfall::reef
