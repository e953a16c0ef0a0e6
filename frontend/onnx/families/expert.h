//===- expert.h - The layers of a mixture of experts ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A matrix and a bias for each expert: W [E, N, K], bias [E, N] or absent.
class ExpertLayer {
public:
  ExpertLayer(const Node &node, Tensor weights, Tensor bias);
  /// Of bytes [E, N, K * bits / 8] with integers, the first in the lowest
  /// bits. `scales` are [E, N] or one for each block, [E, N, K / block];
  /// `zeros` are packed along the last dimension of the scales, or absent.
  ExpertLayer(const Node &node, Tensor bytes, Tensor bias, int bits,
              Tensor scales, Tensor zeros, int64_t block);

  /// [N]: W[expert] x + bias[expert] of x [K], in x's type.
  Tensor apply(Builder &b, Size expert, Tensor x) const;

private:
  Scalar weight(Scalar expert, Scalar row, std::span<const Scalar> k,
                DType type) const;

  Tensor weights_, bias_;
  int bits_ = 0;          ///< 0: real weights.
  Tensor scales_, zeros_; ///< [E, N, blocks]
  Tensor shifts_;         ///< Where the integers of a byte start.
  /// The depth in real weights [K], else [blocks, bytes of one, integers of a
  /// byte].
  Shape depth_;
};

} // namespace landfall::frontend
