//===- add.cpp - Sum of two tensors -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A + B
static void add(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a + b; });
}

LANDFALL_ONNX(add, {"Add", 1, add})

} // namespace landfall::frontend
