//===- bitwise_not.cpp - Inverts every bit ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = ~X
LANDFALL_ONNX(bitwise_not,
              {"BitwiseNot", 18, unary_operator<ScalarOp::bit_not>})

} // namespace landfall::frontend
