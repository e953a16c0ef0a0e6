//===- q_linear_leaky_relu.cpp - ONNX Runtime's QLinearLeakyRelu ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = quantised(r if r >= 0 else alpha r), r = X_scale * (X - X_zero_point)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"

namespace landfall::frontend {

static void q_linear_leaky_relu(Node &node) {
  double alpha = node.float_attr("alpha", 0.01f);
  q_linear_unary(node, [&](Scalar r) { return select(r >= 0, r, r * alpha); });
}

LANDFALL_ONNX(q_linear_leaky_relu,
              {"QLinearLeakyRelu", 1, q_linear_leaky_relu, "com.microsoft"})

} // namespace landfall::frontend
