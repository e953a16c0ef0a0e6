//===- atanh.cpp - Inverse hyperbolic tangent -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = atanh(input)
LANDFALL_ONNX(atanh, {"Atanh", 9, unary_operator<ScalarOp::atanh>})

} // namespace landfall::frontend
