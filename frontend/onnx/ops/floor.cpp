//===- floor.cpp - Rounds down ----------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = the largest integer <= X
LANDFALL_ONNX(floor, {"Floor", 1, unary_operator<ScalarOp::floor>})

} // namespace landfall::frontend
