//===- skipped_sum.h - Residuals before a normalisation ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// The entry of `skip` along its batch dimension that is added to entry `index`
/// of x: ONNX Runtime begins again at the first where skip has fewer entries,
/// and ignores those that x lacks.
inline Scalar skipped_batch(Builder &b, Size batches, Size result,
                            Scalar index) {
  auto given = batches.constant(), wanted = result.constant();
  if (batches == result || (given && wanted && *given >= *wanted))
    return index;
  if (given == 1)
    return b.index(0);
  b.require(max(less(0, batches), equal(result, 0)), "skip has no batch");
  return index % b.scalar(batches);
}

/// x + skip (+ bias), rounded to x's type. skip may lack the batch dimension or
/// have another number of batches.
inline Tensor skipped_sum(const Node &node, Tensor x, Tensor skip,
                          Tensor bias) {
  Builder &b = node.b();
  node.expect(x.rank() >= 2 && skip.rank() >= 1 && skip.rank() <= x.rank(),
              "input must have rank 2 or 3, skip no more");
  int missing = x.rank() - skip.rank();
  return b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalars at;
    for (int i = 0; i < skip.rank(); ++i) {
      bool is_batch = i == 0 && x.rank() == 3 && missing == 0;
      auto index = is_batch ? skipped_batch : broadcast_index;
      at.push_back(index(b, skip.dim(i), x.dim(missing + i), p[missing + i]));
    }
    Scalar total = widen(x.at(p)) + widen(skip.at(at));
    if (bias)
      total = total + widen(bias.at({p.back()}));
    return convert(total, x.dtype());
  });
}

} // namespace landfall::frontend
