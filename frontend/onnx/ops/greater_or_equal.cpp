//===- greater_or_equal.cpp - Compares for greater or equal -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = (A >= B)
static void greater_or_equal(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a >= b; });
}

LANDFALL_ONNX(greater_or_equal, {"GreaterOrEqual", 12, greater_or_equal})

} // namespace landfall::frontend
