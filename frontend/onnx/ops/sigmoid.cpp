//===- sigmoid.cpp - Logistic function --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = 1 / (1 + exp(-X))
static void sigmoid(Node &node) {

  unary_operator(node, [](Scalar x) { return sigmoid(x); });
}

LANDFALL_ONNX(sigmoid, {"Sigmoid", 1, sigmoid})

} // namespace landfall::frontend
