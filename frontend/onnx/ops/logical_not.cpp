//===- logical_not.cpp - Negates truth values -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = not X
LANDFALL_ONNX(logical_not, {"Not", 1, unary_operator<ScalarOp::bit_not>})

} // namespace landfall::frontend
