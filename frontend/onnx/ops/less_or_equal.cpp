//===- less_or_equal.cpp - Compares for less or equal -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = (A <= B)
static void less_or_equal(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a <= b; });
}

LANDFALL_ONNX(less_or_equal, {"LessOrEqual", 12, less_or_equal})

} // namespace landfall::frontend
