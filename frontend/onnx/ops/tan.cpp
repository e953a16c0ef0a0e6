//===- tan.cpp - Tangent ----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = tan(input)
LANDFALL_ONNX(tan, {"Tan", 7, unary_operator<ScalarOp::tan>})

} // namespace landfall::frontend
