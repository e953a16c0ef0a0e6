//===- asinh.cpp - Inverse hyperbolic sine ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = asinh(input)
LANDFALL_ONNX(asinh, {"Asinh", 9, unary_operator<ScalarOp::asinh>})

} // namespace landfall::frontend
