//===- conv_integer.cpp - ONNX ConvInteger --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The convolution of X - x_zero_point with W - w_zero_point in int32. Padding
// counts as x_zero_point; w_zero_point is a scalar or one value a filter.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/convolution.h"
#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

static void conv_integer(Node &node) {
  Convolution conv =
      bind_convolution(node, node.input(0, "x"), node.input(1, "w"));
  conv.x_zero = zero_point_of(
      node, conv.x, node.optional_input(2, "x_zero_point"), "x_zero_point");
  conv.w_zero = zero_point_of(
      node, conv.w, node.optional_input(3, "w_zero_point"), "w_zero_point");
  conv.accumulator = DType::i32;
  conv.result = DType::i32;
  node.output(convolve(node.b(), conv));
}

LANDFALL_ONNX(conv_integer, {"ConvInteger", 10, conv_integer})

} // namespace landfall::frontend
