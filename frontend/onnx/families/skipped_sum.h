//===- skipped_sum.h - Residuals before a normalisation ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// x + skip (+ bias), rounded to x's type. skip may lack the batch dimension or
/// have a batch of 1.
inline Tensor skipped_sum(const Node &node, Tensor x, Tensor skip,
                          Tensor bias) {
  Builder &b = node.b();
  node.expect(x.rank() >= 2 && skip.rank() >= 1 && skip.rank() <= x.rank(),
              "input must have rank 2 or 3, skip no more");
  return b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalars at;
    int missing = x.rank() - skip.rank();
    for (int i = 0; i < skip.rank(); ++i)
      at.push_back(
          broadcast_index(b, skip.dim(i), x.dim(missing + i), p[missing + i]));
    Scalar total = widen(x.at(p)) + widen(skip.at(at));
    if (bias)
      total = total + widen(bias.at({p.back()}));
    return convert(total, x.dtype());
  });
}

} // namespace landfall::frontend
