//===- logical_and.cpp - Both are true --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A and B
static void logical_and(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return logical_and(a, b); });
}

LANDFALL_ONNX(logical_and, {"And", 1, logical_and})

} // namespace landfall::frontend
