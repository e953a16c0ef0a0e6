//===- n_bits_product.h - Products with integers of few bits ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Y[..., n] = bias[n] + sum over k of A[..., k] * (B[n, k] - zero) * scale,
/// with a scale and a zero point for each block of `block` elements of a row
/// of B, whose integers have `bits` bits. groups[k], if present, is the block
/// of k.
struct NBitsProduct {
  Tensor weights, scales; ///< As BlockWeights has them.
  Size rows, depth;       ///< N and K.
  int64_t bits, block;
  int64_t accuracy = 0; ///< 4: A is rounded to int8, in blocks.
  Tensor zeros = {}, groups = {}, bias = {}; ///< May be absent.
};

Tensor n_bits_product(const Node &node, Tensor a, const NBitsProduct &product);

} // namespace landfall::frontend
