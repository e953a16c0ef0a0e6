//===- cos.cpp - Cosine -----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = cos(input)
LANDFALL_ONNX(cos, {"Cos", 7, unary_operator<ScalarOp::cos>})

} // namespace landfall::frontend
