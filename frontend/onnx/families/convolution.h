//===- convolution.h - Convolutions --------------------------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/window.h"

namespace landfall::frontend {

/// Y[n, m, o...] = epilogue(sum over c, k... of X[n, c, tap(o, k)...] *
/// W[m, c, k...]), where c runs over the channels of m's group. Padding
/// contributes nothing.
struct Convolution {
  Tensor x; ///< [N, C, spatial...]
  Tensor w; ///< [M, C / group, kernel...]
  Window window;
  int64_t group = 1;
  DType accumulator = DType::f32;
  DType result = DType::f32;
  Tensor x_zero; ///< A scalar that is subtracted from X; may be absent.
  Tensor w_zero; ///< Subtracted from W: a scalar or one value a channel m.
  /// (the channel m of the result, sum) -> element; absent: the sum.
  std::function<Scalar(Scalar channel, Scalar sum)> epilogue;
};

/// Binds X, W and the attributes; accumulator and result follow X's type.
Convolution bind_convolution(const Node &node, Tensor x, Tensor w);

/// Adds an operand B of one value a filter to the sums, if it is present.
void bind_bias(const Node &node, Convolution &convolution, Tensor bias);

Tensor convolve(Builder &b, const Convolution &convolution);

/// Element `channel` of a tensor of one value a channel, or of a scalar.
Scalar per_channel(Tensor x, Scalar channel);

} // namespace landfall::frontend
