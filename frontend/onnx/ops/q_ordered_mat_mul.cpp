//===- q_ordered_mat_mul.cpp - ONNX Runtime QOrderedMatMul ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = saturate(round((A B scale_A scale_B + bias + C scale_C) / scale_Y)) with
// int32 sums. A, C and Y are stored in one order, B in another; its scale holds
// one value, or one a column.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_order.h"
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void q_ordered_mat_mul(Node &node) {
  Builder &b = node.b();
  int order = matrix_order(node, "order_A", -1);
  int y_order = matrix_order(node, "order_Y", -1);
  Tensor given = node.input(0, "A", 2, 3), a_scale = node.input(1, "scale_A");
  Tensor weights = node.input(2, "B", 2, 3), b_scale = node.input(3, "scale_B");
  Tensor y_scale = one_element(node, node.input(4, "scale_Y"));
  Tensor bias = node.optional_input(5, "bias", 1);
  Tensor c = node.optional_input(6, "C");
  Tensor c_scale;
  if (bias)
    require_list(node, bias, "bias", weights.dim(-1));
  if (c) {
    c_scale = one_element(node, node.input(7, "scale_C"));
    c = by_rows(node, c, y_order);
  }
  MatrixProduct product;
  product.a = by_rows(node, given, order);
  product.b = swapped(node, weights, matrix_order(node, "order_B", -1));
  product.transpose_b = true;
  product.accumulator = DType::i32;
  product.result = DType::i8;
  product.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    Scalar scale = b.broadcast_at(a_scale, p) * b.broadcast_at(b_scale, p);
    Scalar y = cast(sum, DType::f32) * scale;
    if (bias)
      y = y + bias.at({p.back()});
    if (c)
      y = y + cast(b.broadcast_at(c, p), DType::f32) * c_scale.at({});
    return quantized(y / y_scale.at({}), DType::i8);
  };
  Tensor y = matrix_product(b, product);
  Shape shape = given.shape();
  shape.back() = y.dim(-1);
  node.output(in_order(node, b.reshape(y, shape), y_order));
}

LANDFALL_ONNX(q_ordered_mat_mul,
              {"QOrderedMatMul", 1, q_ordered_mat_mul, "com.microsoft"})

} // namespace landfall::frontend
