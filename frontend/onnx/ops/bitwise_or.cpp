//===- bitwise_or.cpp - Bits set in either ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A | B
static void bitwise_or(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a | b; });
}

LANDFALL_ONNX(bitwise_or, {"BitwiseOr", 18, bitwise_or})

} // namespace landfall::frontend
