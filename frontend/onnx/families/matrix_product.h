//===- matrix_product.h - Batched matrix products ------------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// Y[batch..., m, n] = epilogue(sum over k of A[batch..., m, k] * B[batch...,
/// k, n]). Batch dimensions broadcast; an operand of rank 1 is a row (A) or a
/// column (B) whose dimension the result drops, as numpy.matmul has it.
struct MatrixProduct {
  Tensor a;
  Tensor b;
  bool transpose_a = false; ///< A is [batch..., k, m]; ignored at rank 1.
  bool transpose_b = false; ///< B is [batch..., n, k]; ignored at rank 1.
  DType accumulator = DType::f32;
  DType result = DType::f32;
  /// Subtracted from each element of the operand; broadcasts against it.
  Tensor a_zero = {};
  Tensor b_zero = {};
  /// (batch..., m, n indices, sum) -> element; absent: the sum as `result`.
  std::function<Scalar(std::span<const Scalar> point, Scalar sum)> epilogue =
      {};
};

Tensor matrix_product(Builder &b, const MatrixProduct &product);

/// A zero point (or scale) of operand A as ONNX gives it to matrix products: a
/// rank-1 tensor holds one value a row. Reshaped so that it broadcasts.
Tensor by_row(Builder &b, Tensor parameter);

} // namespace landfall::frontend
