//===- scaled_tanh.cpp - Scaled hyperbolic tangent --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = alpha tanh(beta input)
static void scaled_tanh(Node &node) {
  double alpha = node.float_attr("alpha"), beta = node.float_attr("beta");
  unary_operator(
      node, [&](Scalar x) { return alpha * tanh(beta * x); }, "input");
}

LANDFALL_ONNX(scaled_tanh, {"ScaledTanh", 1, scaled_tanh})

} // namespace landfall::frontend
