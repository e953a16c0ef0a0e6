//===- fast_gelu.cpp - ONNX Runtime's Gelu, FastGelu, BiasGelu, QuickGelu -===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Gelu, BiasGelu: y = v / 2 * (1 + erf(v / sqrt(2)))
// FastGelu:       y = v / 2 * (1 + tanh(sqrt(2 / pi) * (v + 0.044715 v^3)))
// QuickGelu:      y = v * sigmoid(alpha * v)
// where v = x + bias, with a bias along the last axis if there is one.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/gelu.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

namespace {

/// f(x + bias) in x's compute type.
void activate_biased(Node &node, const std::function<Scalar(Scalar)> &f) {
  Tensor x = node.input(0, "X");
  Tensor bias = node.optional_input(1, "bias");
  node.expect(!bias || (bias.rank() == 1 && x.rank() >= 1),
              "the bias must have rank 1");
  node.output(
      node.b().map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
        Scalar v = widen(x.at(p));
        if (bias)
          v = v + widen(bias.at({p.back()}));
        return convert(f(v), x.dtype());
      }));
}

void gelu(Node &node) { activate_biased(node, gelu_of); }

void fast_gelu(Node &node) { activate_biased(node, tanh_gelu_of); }

void quick_gelu(Node &node) {
  double alpha = node.float_attr("alpha", 1.702f);
  activate_biased(node, [=](Scalar v) { return v * sigmoid(alpha * v); });
}

} // namespace

LANDFALL_ONNX(fast_gelu, {"FastGelu", 1, fast_gelu, "com.microsoft"},
              {"Gelu", 1, gelu, "com.microsoft"},
              {"BiasGelu", 1, gelu, "com.microsoft"},
              {"QuickGelu", 1, quick_gelu, "com.microsoft"})

} // namespace landfall::frontend
