//===- q_gemm.cpp - ONNX Runtime's QGemm ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = alpha * a_scale * b_scale * (sum over k of (A - a_zero_point) *
// (B - b_zero_point) + C) with int32 sums, quantised if Y has a scale. B's
// parameters may hold one value a column; C broadcasts to Y.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/q_linear.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void q_gemm(Node &node) {
  Builder &b = node.b();
  MatrixProduct product;
  product.a = node.input(0, "A", 2);
  product.b = node.input(3, "B", 2);
  product.transpose_a = flag_unless_zero(node, "transA", false);
  product.transpose_b = flag_unless_zero(node, "transB", false);
  Tensor a_scale = one_element(node, node.input(1, "a_scale"));
  product.a_zero = one_element(node, node.input(2, "a_zero_point"));
  Tensor b_scale = node.input(4, "b_scale", 0, 1);
  product.b_zero = node.input(5, "b_zero_point", 0, 1);
  if (product.transpose_b)
    product.b_zero = by_row(b, product.b_zero);
  Tensor c = node.optional_input(6, "C");
  std::optional<QuantScheme> y;
  if (node.has_input(7)) {
    node.expect(node.has_input(8), "y_scale needs a y_zero_point");
    y.emplace(node, 7, "Y", node.input(8, "y_zero_point").dtype());
  }
  double alpha = node.float_attr("alpha", 1);
  product.accumulator = DType::i32;
  product.result = y ? y->stored() : DType::f32;
  product.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    if (c)
      sum = sum + b.broadcast_at(c, point);
    Scalar scale = a_scale.at({}) * alpha * b.broadcast_at(b_scale, point);
    Scalar value = cast(sum, DType::f32);
    if (!y)
      return value * scale;
    return quantized(value * (scale / y->scale()), y->stored(),
                     y->zero(y->stored()));
  };
  node.output(matrix_product(b, product));
}

LANDFALL_ONNX(q_gemm, {"QGemm", 1, q_gemm, "com.microsoft"})

} // namespace landfall::frontend
