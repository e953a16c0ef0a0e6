//===- atan.cpp - Inverse tangent -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = atan(input)
LANDFALL_ONNX(atan, {"Atan", 7, unary_operator<ScalarOp::atan>})

} // namespace landfall::frontend
