//===- relu.cpp - Rectified linear unit -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::onnx {

// Y = max(0, X)
static void relu(Node &node) {

  unary_operator(node, [](Scalar x) { return maximum(x, 0); });
}

LANDFALL_ONNX(relu, {"Relu", 1, relu})

} // namespace landfall::onnx
