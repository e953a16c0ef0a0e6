//===- reciprocal.cpp - One over X ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = 1 / X
static void reciprocal(Node &node) {

  unary_operator(node, [](Scalar x) { return 1 / x; });
}

LANDFALL_ONNX(reciprocal, {"Reciprocal", 1, reciprocal})

} // namespace landfall::frontend
