//===- neg.cpp - Changes the sign -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = -X
LANDFALL_ONNX(neg, {"Neg", 1, unary_operator<ScalarOp::neg>})

} // namespace landfall::frontend
