//===- mish.cpp - Self-regularised activation -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::onnx {

// Y = X tanh(log(1 + exp(X)))
static void mish(Node &node) {

  unary_operator(node, [](Scalar x) { return x * tanh(softplus_of(x)); });
}

LANDFALL_ONNX(mish, {"Mish", 18, mish})

} // namespace landfall::onnx
