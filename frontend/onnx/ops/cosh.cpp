//===- cosh.cpp - Hyperbolic cosine -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = cosh(input)
LANDFALL_ONNX(cosh, {"Cosh", 9, unary_operator<ScalarOp::cosh>})

} // namespace landfall::frontend
