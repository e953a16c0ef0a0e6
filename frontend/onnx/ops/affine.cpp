//===- affine.cpp - A scale and an offset for all ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = alpha X + beta
static void affine(Node &node) {
  double alpha = node.float_attr("alpha", 1), beta = node.float_attr("beta", 0);
  unary_operator(node, [&](Scalar x) { return alpha * x + beta; });
}

LANDFALL_ONNX(affine, {"Affine", 1, affine})

} // namespace landfall::frontend
