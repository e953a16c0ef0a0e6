//===- bitwise_and.cpp - Bits set in both -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A & B
static void bitwise_and(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a & b; });
}

LANDFALL_ONNX(bitwise_and, {"BitwiseAnd", 18, bitwise_and})

} // namespace landfall::frontend
