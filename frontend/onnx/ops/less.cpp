//===- less.cpp - Compares for less -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = (A < B)
static void less(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a < b; });
}

LANDFALL_ONNX(less, {"Less", 1, less})

} // namespace landfall::frontend
