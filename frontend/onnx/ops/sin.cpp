//===- sin.cpp - Sine -------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = sin(input)
LANDFALL_ONNX(sin, {"Sin", 7, unary_operator<ScalarOp::sin>})

} // namespace landfall::frontend
