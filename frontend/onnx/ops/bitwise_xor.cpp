//===- bitwise_xor.cpp - Bits that differ -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A ^ B
static void bitwise_xor(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a ^ b; });
}

LANDFALL_ONNX(bitwise_xor, {"BitwiseXor", 18, bitwise_xor})

} // namespace landfall::frontend
