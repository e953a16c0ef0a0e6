//===- dynamic_quantize_mat_mul.cpp - ONNX Runtime's integer MatMuls ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// MatMulIntegerToFloat:  Y = a_scale * b_scale * ((A - a_zero_point)
//                            (B - b_zero_point)) + bias, with int32 sums
// DynamicQuantizeMatMul: the same of A quantised to uint8 by its range
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/integer_product.h"

namespace landfall::frontend {

static void dynamic_quantize_mat_mul(Node &node) {
  Tensor real = node.input(0, "A");
  DynamicQuantized a = quantize_dynamically(node.b(), real);
  node.output(scaled_product(
      node, {a.x, node.input(1, "B"), a.scale, node.input(2, "b_scale"), a.zero,
             node.optional_input(3, "b_zero_point"),
             node.optional_input(4, "bias"), real.dtype()}));
}

static void mat_mul_integer_to_float(Node &node) {
  Tensor scale = node.input(2, "a_scale");
  node.output(scaled_product(
      node, {node.input(0, "A"), node.input(1, "B"), scale,
             node.input(3, "b_scale"), node.optional_input(4, "a_zero_point"),
             node.optional_input(5, "b_zero_point"),
             node.optional_input(6, "bias"), scale.dtype()}));
}

LANDFALL_ONNX(dynamic_quantize_mat_mul,
              {"DynamicQuantizeMatMul", 1, dynamic_quantize_mat_mul,
               "com.microsoft"},
              {"MatMulIntegerToFloat", 1, mat_mul_integer_to_float,
               "com.microsoft"})

} // namespace landfall::frontend
