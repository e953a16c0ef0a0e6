//===- ceil.cpp - Rounds up -------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = the smallest integer >= X
LANDFALL_ONNX(ceil, {"Ceil", 1, unary_operator<ScalarOp::ceil>})

} // namespace landfall::frontend
