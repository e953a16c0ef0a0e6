//===- leaky_relu.cpp - ReLU with a slope for X < 0 -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X if X >= 0, else alpha X
static void leaky_relu(Node &node) {
  double alpha = node.float_attr("alpha", 0.01f);
  unary_operator(node, [&](Scalar x) { return select(x < 0, alpha * x, x); });
}

LANDFALL_ONNX(leaky_relu, {"LeakyRelu", 1, leaky_relu})

} // namespace landfall::frontend
