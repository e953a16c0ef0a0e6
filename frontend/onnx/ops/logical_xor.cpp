//===- logical_xor.cpp - Exactly one is true --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A xor B
static void logical_xor(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a ^ b; });
}

LANDFALL_ONNX(logical_xor, {"Xor", 1, logical_xor})

} // namespace landfall::frontend
