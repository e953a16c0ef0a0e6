//===- exp.cpp - Exponential ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = exp(input)
LANDFALL_ONNX(exp, {"Exp", 1, unary_operator<ScalarOp::exp>})

} // namespace landfall::frontend
