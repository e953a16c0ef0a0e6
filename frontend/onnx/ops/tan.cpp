//===- tan.cpp - Tangent ----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::onnx {

// output = tan(input)
LANDFALL_ONNX(tan, {"Tan", 7, unary_operator<ScalarOp::tan>})

} // namespace landfall::onnx
