//===- einsum.h - Einstein summation over labelled dimensions - -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// A tensor whose dimensions carry labels; equal labels index together.
struct Labelled {
  Tensor tensor;
  std::vector<int> labels; ///< One a dimension.
};

/// The product of the factors, summed over all labels that `result` lacks. A
/// label's dimensions have equal extents, or 1, which broadcasts.
Tensor sum_of_products(Builder &b, std::vector<Labelled> factors,
                       const std::vector<int> &result);

} // namespace landfall::frontend
