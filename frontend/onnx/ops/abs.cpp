//===- abs.cpp - Absolute value ---------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = |X|
LANDFALL_ONNX(abs, {"Abs", 1, unary_operator<ScalarOp::abs>})

} // namespace landfall::frontend
