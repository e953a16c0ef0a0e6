//===- dynamic_quantize_linear.cpp - ONNX DynamicQuantizeLinear -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// y_scale      = (max(0, max x) - min(0, min x)) / 255     (1/255 if that is 0)
// y_zero_point = round(clamp(-min(0, min x) / y_scale, 0, 255))
// y            = saturate(round(x / y_scale) + y_zero_point)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/integer_product.h"

namespace landfall::frontend {

static void dynamic_quantize_linear(Node &node) {
  DynamicQuantized y = quantize_dynamically(node.b(), node.input(0, "x"));
  node.output(0, y.x);
  node.output(1, y.scale);
  node.output(2, y.zero);
}

LANDFALL_ONNX(dynamic_quantize_linear,
              {"DynamicQuantizeLinear", 11, dynamic_quantize_linear})

} // namespace landfall::frontend
