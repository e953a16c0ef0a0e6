//===- elu.cpp - Exponential linear unit ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X if X > 0, else alpha (exp(X) - 1)
static void elu(Node &node) {
  double alpha = node.float_attr("alpha", 1);
  unary_operator(
      node, [&](Scalar x) { return select(x > 0, x, alpha * (exp(x) - 1)); });
}

LANDFALL_ONNX(elu, {"Elu", 1, elu})

} // namespace landfall::frontend
