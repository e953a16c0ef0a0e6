//===- adam.cpp - Optimiser step of Adam ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/training_step.h"

namespace landfall::frontend {

// g = norm_coefficient X + G
// V_new = alpha V + (1 - alpha) g;  H_new = beta H + (1 - beta) g^2
// r = R sqrt(1 - beta^T) / (1 - alpha^T) if T > 0, else R
// X_new = (1 - norm_coefficient_post) (X - r V_new / (sqrt(H_new) + epsilon))
static void adam(Node &node) {
  double alpha = node.float_attr("alpha", 0.9f);
  double beta = node.float_attr("beta", 0.999f);
  double epsilon = node.float_attr("epsilon", 1e-6f);
  double norm = node.float_attr("norm_coefficient", 0);
  double post = node.float_attr("norm_coefficient_post", 0);
  training_operator(
      node, 2,
      [&](Scalar rate, Scalar count, std::span<const Scalar> e) -> Scalars {
        auto one_less_power = [&](double base) {
          return 1 - pow(node.b().literal(rate.dtype(), base), count);
        };
        Scalar x = e[0], g = norm * x + e[1];
        Scalar v = alpha * e[2] + (1 - alpha) * g;
        Scalar h = beta * e[3] + (1 - beta) * (g * g);
        Scalar corrected =
            rate * sqrt(one_less_power(beta)) / one_less_power(alpha);
        Scalar r = select(count > 0, corrected, rate);
        return {(1 - post) * (x - r * v / (sqrt(h) + epsilon)), v, h};
      });
}

LANDFALL_ONNX(adam, {"Adam", 1, adam, "ai.onnx.preview.training"})

} // namespace landfall::frontend
