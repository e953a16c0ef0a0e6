//===- mish.cpp - Self-regularised activation -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X tanh(log(1 + exp(X))) = X n / (n + 2) with n = exp(X) (exp(X) + 2),
// where X stands for 40 at most in n: the quotient is 1 from there on
static void mish(Node &node) {
  unary_operator(node, [](Scalar x) {
    Scalar e = exp(minimum(x, 40));
    Scalar n = e * (e + 2);
    return x * (n / (n + 2));
  });
}

LANDFALL_ONNX(mish, {"Mish", 18, mish})

} // namespace landfall::frontend
