//===- q_linear_mat_mul.cpp - ONNX QLinearMatMul --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// y = saturate(round(sum over k of (a - a_zero_point) * (b - b_zero_point)
//                    * a_scale * b_scale / y_scale) + y_zero_point)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

static void q_linear_mat_mul(Node &node) {
  Builder &b = node.b();
  MatrixProduct product;
  product.a = node.input(0, "a");
  Tensor a_scale = by_row(b, node.input(1, "a_scale"));
  product.a_zero =
      by_row(b, zero_point_of(node, product.a, node.input(2, "a_zero_point"),
                              "a_zero_point"));
  product.b = node.input(3, "b");
  Tensor b_scale = node.input(4, "b_scale");
  product.b_zero = zero_point_of(node, product.b, node.input(5, "b_zero_point"),
                                 "b_zero_point");
  Tensor y_scale = by_row(b, node.input(6, "y_scale"));
  Tensor y_zero = by_row(b, node.input(7, "y_zero_point"));
  bool real = is_real(product.a.dtype());
  product.accumulator = real ? DType::f32 : DType::i32;
  product.result = y_zero.dtype();
  product.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    auto parameter = [&](Tensor x) {
      return convert(b.broadcast_at(x, point), DType::f32);
    };
    Scalar scale = parameter(a_scale) * parameter(b_scale) / parameter(y_scale);
    return quantized(convert(sum, DType::f32) * scale, y_zero.dtype(),
                     b.broadcast_at(y_zero, point));
  };
  node.output(matrix_product(b, product));
}

LANDFALL_ONNX(q_linear_mat_mul, {"QLinearMatMul", 10, q_linear_mat_mul})

} // namespace landfall::frontend
