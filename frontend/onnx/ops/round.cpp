//===- round.cpp - Rounds to the nearest integer ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = the integer nearest to X, the even one of two
LANDFALL_ONNX(round, {"Round", 11, unary_operator<ScalarOp::round>})

} // namespace landfall::frontend
