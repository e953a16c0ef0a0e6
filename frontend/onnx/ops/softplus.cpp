//===- softplus.cpp - Smooth ReLU -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = log(1 + exp(X))
static void softplus(Node &node) {

  unary_operator(node, [](Scalar x) { return softplus_of(x); });
}

LANDFALL_ONNX(softplus, {"Softplus", 1, softplus})

} // namespace landfall::frontend
