//===- collapse_loops.h - Fewer, longer loops ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Neighbouring parallel loops become one where every access treats their
// indices as the two digits of one number: an element-wise kernel over a
// contiguous tensor becomes a single loop. Loops of one iteration disappear.
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

/// A kernel that means the same on the same operand memory. Its size parameters
/// are the original's, then one for each product, in order.
struct CollapsedKernel {
  Kernel kernel;
  std::vector<SizeProduct> products;
};

CollapsedKernel collapse_loops(Kernel kernel);

} // namespace landfall::analysis
