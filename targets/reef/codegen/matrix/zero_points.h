//===- zero_points.h - What zero points add to a product -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Panels hold bytes; zero points come off a block of sums once it is multiplied
// (panel_factor.h has the formula). What that takes lies behind each panel: the
// sums of its edges over the depth and their zero points, two edges of i32
// each.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Of a panel's edges, or null where the other side, or this one, has no zero
/// points.
struct EdgeNumbers {
  llvm::Value *sums = nullptr;  ///< If the other side has zero points.
  llvm::Value *zeros = nullptr; ///< If this one has.
};

/// Rows of a panel of bytes that these numbers take.
constexpr int64_t edge_number_rows = 8;

/// A block of products over `depth` steps, [rows][stride] of i32.
struct ProductBlock {
  llvm::Value *sums, *stride;
  llvm::Value *rows, *lanes; ///< How many.
  llvm::Value *depth;
};

/// Subtracts zl (sum of row - depth zr) + zr sum of lane.
void call_subtract_zeros(kernels::KernelFrame &frame, const ProductBlock &block,
                         const EdgeNumbers &rows, const EdgeNumbers &lanes);

} // namespace landfall::reef
