//===- sinh.cpp - Hyperbolic sine -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = sinh(input)
LANDFALL_ONNX(sinh, {"Sinh", 9, unary_operator<ScalarOp::sinh>})

} // namespace landfall::frontend
