//===- q_ordered_gelu.cpp - Gelu of int8 numbers ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/gelu.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// Y = saturate(round(gelu(X * scale_X) / scale_Y)), in X's order
static void q_ordered_gelu(Node &node) {
  Tensor x = node.input(0, "X");
  Tensor x_scale = one_element(node, node.input(1, "scale_X"));
  Tensor y_scale = one_element(node, node.input(2, "scale_Y"));
  node.output(node.b().elementwise({x}, [&](std::span<const Scalar> e) {
    Scalar real = cast(e[0], DType::f32) * x_scale.at({});
    return quantized(gelu_of(real) / y_scale.at({}), DType::i8);
  }));
}

LANDFALL_ONNX(q_ordered_gelu,
              {"QOrderedGelu", 1, q_ordered_gelu, "com.microsoft"})

} // namespace landfall::frontend
