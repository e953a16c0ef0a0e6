//===- tanh.cpp - Hyperbolic tangent ----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = tanh(input)
LANDFALL_ONNX(tanh, {"Tanh", 1, unary_operator<ScalarOp::tanh>})

} // namespace landfall::frontend
