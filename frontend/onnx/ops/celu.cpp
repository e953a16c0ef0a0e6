//===- celu.cpp - Continuously differentiable ELU ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = max(0, X) + min(0, alpha (exp(X / alpha) - 1))
static void celu(Node &node) {
  double alpha = node.float_attr("alpha", 1);
  unary_operator(node, [&](Scalar x) {
    return maximum(x, 0) + minimum(alpha * (exp(x / alpha) - 1), 0);
  });
}

LANDFALL_ONNX(celu, {"Celu", 12, celu})

} // namespace landfall::frontend
