//===- momentum.cpp - Optimiser step with momentum --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/training_step.h"

namespace landfall::frontend {

// g = norm_coefficient X + G;  V_new = alpha V + (T > 0 ? beta : 1) g
// standard: X_new = X - R V_new;  nesterov: X_new = X - R (g + alpha V_new)
static void momentum(Node &node) {
  double alpha = node.float_attr("alpha"), beta = node.float_attr("beta");
  double norm = node.float_attr("norm_coefficient");
  std::string mode = node.string_attr("mode");
  node.expect(mode == "standard" || mode == "nesterov",
              "`mode` must be standard or nesterov");
  training_operator(
      node, 1,
      [&](Scalar rate, Scalar count, std::span<const Scalar> e) -> Scalars {
        Scalar x = e[0], g = norm * x + e[1];
        Scalar v = alpha * e[2] + select(count > 0, beta * g, g);
        Scalar step = mode == "nesterov" ? g + alpha * v : v;
        return {x - rate * step, v};
      });
}

LANDFALL_ONNX(momentum, {"Momentum", 1, momentum, "ai.onnx.preview.training"})

} // namespace landfall::frontend
