//===- is_nan.cpp - Finds what is not a number ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X is NaN
static void is_nan(Node &node) {
  predicate_operator(node, [](Scalar x) { return is_nan(x); });
}

LANDFALL_ONNX(is_nan, {"IsNaN", 9, is_nan})

} // namespace landfall::frontend
