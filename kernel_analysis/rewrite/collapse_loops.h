//===- collapse_loops.h - Fewer, longer loops ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Adjacent parallel loops i < A, j < B become one loop k < A * B if every
// access is linear in k = i * B + j (or uses neither): an element-wise kernel
// over a contiguous tensor becomes a single loop. So do two folds of which one
// is the other's whole body. Loops of extent 1 are removed.
//
//   for i < A, j < B: y[i, j] = x[i, j] + b[n]
//   for k < A * B:    y[k] = x[k] + b[n]
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// A size that is the product of two extents.
struct SizeProduct {
  Extent outer;
  Extent inner;
};

/// An equivalent kernel on the same operand memory. Its size parameters are the
/// original's, then one for each product, in order.
struct CollapsedKernel {
  Kernel kernel;
  std::vector<SizeProduct> products;
};

CollapsedKernel collapse_loops(Kernel kernel);

} // namespace landfall::analysis
