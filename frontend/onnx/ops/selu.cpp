//===- selu.cpp - Scaled exponential linear unit ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = gamma X if X > 0, else gamma alpha (exp(X) - 1)
static void selu(Node &node) {
  bool first = node.version() < 6; // Rounded its constants.
  double alpha = node.float_attr("alpha", first ? 1.6732f : 1.67326319f);
  double gamma = node.float_attr("gamma", first ? 1.0507f : 1.05070102f);
  unary_operator(node, [&](Scalar x) {
    return gamma * select(x > 0, x, alpha * (exp(x) - 1));
  });
}

LANDFALL_ONNX(selu, {"Selu", 1, selu})

} // namespace landfall::frontend
