//===- swish.cpp - X times its sigmoid --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X sigmoid(alpha X)
static void swish(Node &node) {
  double alpha = node.float_attr("alpha", 1);
  unary_operator(node, [&](Scalar x) { return x * sigmoid(alpha * x); });
}

LANDFALL_ONNX(swish, {"Swish", 24, swish})

} // namespace landfall::frontend
