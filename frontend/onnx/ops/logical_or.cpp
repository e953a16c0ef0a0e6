//===- logical_or.cpp - At least one is true --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A or B
static void logical_or(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return logical_or(a, b); });
}

LANDFALL_ONNX(logical_or, {"Or", 1, logical_or})

} // namespace landfall::frontend
