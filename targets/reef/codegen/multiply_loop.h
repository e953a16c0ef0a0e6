//===- multiply_loop.h - Products of panels in tiles -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/kernel_frame.h"

namespace landfall::reef {

/// Two panels, [depth][2 edges], and how much of each half of their width is
/// used: at most an edge.
struct MultiplyLoop {
  llvm::Value *edge;
  llvm::Value *rows, *lanes; ///< Addresses.
  llvm::Value *row_counts[2], *lane_counts[2];
  llvm::Value *depth;
};

/// Adds the product to the tiles: tile 2 i + j is half i of the rows by half j
/// of the lanes.
void emit_multiply_loop(KernelFrame &frame, const MultiplyLoop &loop);

} // namespace landfall::reef
