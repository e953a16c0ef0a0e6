//===- parametric_softplus.cpp - Scaled softplus ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = alpha log(exp(beta X) + 1)
static void parametric_softplus(Node &node) {
  double alpha = node.float_attr("alpha"), beta = node.float_attr("beta");
  unary_operator(node, [&](Scalar x) { return alpha * softplus_of(beta * x); });
}

LANDFALL_ONNX(parametric_softplus,
              {"ParametricSoftplus", 1, parametric_softplus})

} // namespace landfall::frontend
