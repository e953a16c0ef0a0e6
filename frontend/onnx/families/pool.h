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

Pool bind_pool(const Node &node, Tensor x);

/// The mean over the taps of a window, of which those in the padding count if
/// the node's attribute `count_include_pad` says so; taps beyond the padding
/// (`ceil_mode`) never do.
class WindowMean {
public:
  /// `whole_windows`: count_include_pad makes the divisor the window's size,
  /// also where that reaches beyond the padding.
  WindowMean(const Node &node, const Pool &pool, bool whole_windows = false);

  /// Inside a body: the mean at `point`, in `type`.
  Scalar at(std::span<const Scalar> point, DType type) const;

private:
  const Pool &pool_;
  bool include_pad_;
  bool uniform_; ///< All windows have the same number of taps that count.
  Size common_;  ///< That number.
};

/// (sum of |x|^p)^(1/p) over given terms.
Scalar power_term(Scalar x, double p);
Scalar power_root(Scalar sum, double p);

/// Y[n, c, 1...] = finish(fold of X[n, c, ...]): the global pools' shape.
Shape global_result(const Node &node, Tensor x);
Scalar global_sum(Tensor x, std::span<const Scalar> point, DType type,
                  const std::function<Scalar(Scalar)> &term);

} // namespace landfall::frontend
