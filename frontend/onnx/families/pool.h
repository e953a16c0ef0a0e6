//===- pool.h - Pools ----------------------------------------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/window.h"

namespace landfall::frontend {

/// A pool over X [N, C, spatial...]: its window and its result's shape.
struct Pool {
  Tensor x;
  Window window;

  Shape result() const { return joined({x.dim(0), x.dim(1)}, window.output); }
  /// sum over the taps of the window at `point` of term(x), in `type`; padding
  /// contributes nothing.
  Scalar sum_of(std::span<const Scalar> point, DType type,
                const std::function<Scalar(Scalar)> &term) const;
};

Pool bind_pool(const Node &node);

/// (sum of |x|^p)^(1/p) over given terms.
Scalar power_term(Scalar x, double p);
Scalar power_root(Scalar sum, double p);

/// Y[n, c, 1...] = finish(fold of X[n, c, ...]): the global pools' shape.
Shape global_result(const Node &node, Tensor x);
Scalar global_sum(Tensor x, std::span<const Scalar> point, DType type,
                  const std::function<Scalar(Scalar)> &term);

} // namespace landfall::frontend
