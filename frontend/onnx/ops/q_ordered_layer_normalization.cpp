//===- q_ordered_layer_normalization.cpp - Of int8 numbers ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/matrix_order.h"
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// Y = saturate(round(normalized / scale_Y)), where normalized = scale (x -
// mean) / sqrt(variance + epsilon) + B of x = X * scale_X, over dimensions from
// axis on
static void q_ordered_layer_normalization(Node &node) {
  Builder &b = node.b();
  Tensor x_scale = one_element(node, node.input(1, "scale_X"));
  Tensor y_scale = one_element(node, node.input(4, "scale_Y"));
  int order = matrix_order(node, "order_X", 1);
  node.expect(matrix_order(node, "order_Y", order) == order,
              "order_X and order_Y must be the same");
  Tensor stored = by_rows(node, node.input(0, "X"), order);
  Tensor x = b.elementwise({stored}, [&](std::span<const Scalar> e) {
    return cast(e[0], DType::f32) * x_scale.at({});
  });
  auto parameter = [&](Tensor values, std::string_view name) {
    return broadcast_parameter(node, values, name, x);
  };
  Rows rows =
      Rows::from_axis(x, node.axis(node.int_attr("axis", -1), x.rank()));
  Tensor y = normalize_rows(rows, node.float_attr("epsilon", 1e-5f),
                            parameter(node.input(2, "scale"), "scale"),
                            parameter(node.optional_input(3, "B"), "B"));
  Tensor steps = b.elementwise({y}, [&](std::span<const Scalar> e) {
    return quantized(e[0] / y_scale.at({}), DType::i8);
  });
  node.output(in_order(node, steps, order));
}

LANDFALL_ONNX(q_ordered_layer_normalization,
              {"QOrderedLayerNormalization", 1, q_ordered_layer_normalization,
               "com.microsoft"})

} // namespace landfall::frontend
