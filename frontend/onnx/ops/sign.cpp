//===- sign.cpp - The sign as -1, 0 or 1 ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = sign(input)
LANDFALL_ONNX(sign, {"Sign", 9, unary_operator<ScalarOp::sign>})

} // namespace landfall::frontend
