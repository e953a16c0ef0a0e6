//===- mat_mul_integer.cpp - ONNX MatMulInteger ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[..., m, n] = sum over k of (A[..., m, k] - a_zero_point) *
//                              (B[..., k, n] - b_zero_point), in int32.
// The zero points are scalars, one value a row of A / a column of B, or tensors
// of one value a row / column of each matrix.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

static void mat_mul_integer(Node &node) {
  Builder &b = node.b();
  MatrixProduct product;
  product.a = node.input(0, "A");
  product.b = node.input(1, "B");
  product.a_zero = by_row(
      b, zero_point_of(node, product.a, node.optional_input(2, "a_zero_point"),
                       "a_zero_point"));
  product.b_zero = zero_point_of(
      node, product.b, node.optional_input(3, "b_zero_point"), "b_zero_point");
  product.accumulator = DType::i32;
  product.result = DType::i32;
  node.output(matrix_product(b, product));
}

LANDFALL_ONNX(mat_mul_integer, {"MatMulInteger", 10, mat_mul_integer},
              {"MatMulInteger16", 1, mat_mul_integer, "com.microsoft"})

} // namespace landfall::frontend
