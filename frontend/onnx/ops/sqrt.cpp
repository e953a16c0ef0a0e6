//===- sqrt.cpp - Square root -----------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = sqrt(X), NaN for X < 0
LANDFALL_ONNX(sqrt, {"Sqrt", 1, unary_operator<ScalarOp::sqrt>})

} // namespace landfall::frontend
