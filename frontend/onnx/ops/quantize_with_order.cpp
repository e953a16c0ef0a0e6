//===- quantize_with_order.cpp - ONNX Runtime QuantizeWithOrder -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// QuantizeWithOrder:   output = saturate(round(input / scale_input)), int8
// DequantizeWithOrder: output = input * scale_input, of the type `to`
// The matrices are stored in order_input and order_output.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_order.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

namespace {

/// input, element for element, from order_input to order_output.
void reordered(Node &node,
               const std::function<Scalar(Scalar x, Scalar scale)> &element) {
  Tensor x = node.input(0, "input");
  Tensor scale = one_element(node, node.input(1, "scale_input"));
  int from = matrix_order(node, "order_input", -1);
  int to = matrix_order(node, "order_output", -1);
  if (from != to)
    x = by_rows(node, x, from);
  Tensor y = node.b().elementwise({x}, [&](std::span<const Scalar> e) {
    return element(e[0], scale.at({}));
  });
  node.output(from != to ? in_order(node, y, to) : y);
}

void quantize_with_order(Node &node) {
  reordered(node, [](Scalar x, Scalar scale) {
    return quantized(convert(x, DType::f32) / scale, DType::i8);
  });
}

void dequantize_with_order(Node &node) {
  DType type = real_dtype(node, "to", DType::f32);
  reordered(node, [=](Scalar x, Scalar scale) {
    return convert(cast(x, DType::f32) * scale, type);
  });
}

} // namespace

LANDFALL_ONNX(quantize_with_order,
              {"QuantizeWithOrder", 1, quantize_with_order, "com.microsoft"},
              {"DequantizeWithOrder", 1, dequantize_with_order,
               "com.microsoft"})

} // namespace landfall::frontend
