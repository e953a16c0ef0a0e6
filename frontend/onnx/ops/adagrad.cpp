//===- adagrad.cpp - Optimiser step of AdaGrad ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/training_step.h"

namespace landfall::frontend {

// r = R / (1 + T decay_factor);  g = norm_coefficient X + G
// H_new = H + g^2;  X_new = X - r g / (sqrt(H_new) + epsilon)
static void adagrad(Node &node) {
  double decay = node.float_attr("decay_factor", 0);
  double epsilon = node.float_attr("epsilon", 1e-6f);
  double norm = node.float_attr("norm_coefficient", 0);
  training_operator(
      node, 1,
      [&](Scalar rate, Scalar count, std::span<const Scalar> e) -> Scalars {
        Scalar x = e[0], h = e[2];
        Scalar r = rate / (1 + count * decay);
        Scalar g = norm * x + e[1];
        Scalar h_new = h + g * g;
        return {x - r * g / (sqrt(h_new) + epsilon), h_new};
      });
}

LANDFALL_ONNX(adagrad, {"Adagrad", 1, adagrad, "ai.onnx.preview.training"})

} // namespace landfall::frontend
