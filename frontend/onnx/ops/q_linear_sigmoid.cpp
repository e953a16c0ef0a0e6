//===- q_linear_sigmoid.cpp - ONNX Runtime's QLinearSigmoid ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = quantised(1 / (1 + exp(-r))), r = X_scale * (X - X_zero_point)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"

namespace landfall::frontend {

static void q_linear_sigmoid(Node &node) {
  q_linear_unary(node, [](Scalar r) { return sigmoid(r); });
}

LANDFALL_ONNX(q_linear_sigmoid,
              {"QLinearSigmoid", 1, q_linear_sigmoid, "com.microsoft"})

} // namespace landfall::frontend
