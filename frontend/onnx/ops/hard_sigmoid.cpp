//===- hard_sigmoid.cpp - Piecewise linear sigmoid --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = max(0, min(1, alpha X + beta))
static void hard_sigmoid(Node &node) {
  double alpha = node.float_attr("alpha", 0.2f);
  double beta = node.float_attr("beta", 0.5f);
  unary_operator(
      node, [&](Scalar x) { return maximum(minimum(alpha * x + beta, 1), 0); });
}

LANDFALL_ONNX(hard_sigmoid, {"HardSigmoid", 1, hard_sigmoid})

} // namespace landfall::frontend
