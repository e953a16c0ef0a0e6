//===- integer_product.h - Products of quantised matrices -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/matrix_product.h"

namespace landfall::frontend {

/// Quantised matrices and how to make the product real.
struct IntegerProduct {
  Tensor a;       ///< [..., K], 8-bit.
  Tensor b;       ///< [..., K, N], 8-bit.
  Tensor a_scale; ///< One value.
  Tensor b_scale; ///< One value, or one a column.
  Tensor a_zero;  ///< One value; may be absent, as all that follow.
  Tensor b_zero;  ///< One value, or one a column.
  Tensor bias;    ///< Real, [N].
  DType result = DType::f32;
};

/// a_scale * b_scale * ((A - a_zero) (B - b_zero)) + bias, with int32 sums.
Tensor scaled_product(const Node &node, const IntegerProduct &product);

/// x quantised to u8 by the range of its elements and 0: one range for each
/// index into the first `groups` dimensions, in whose shape scales and zero
/// points are.
struct DynamicQuantized {
  Tensor x;     ///< u8
  Tensor scale; ///< f32
  Tensor zero;  ///< u8
};
DynamicQuantized quantize_dynamically(Builder &b, Tensor x, int groups = 0);

} // namespace landfall::frontend
