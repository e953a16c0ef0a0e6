//===- equal.cpp - Compares for equality ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = (A == B)
static void equal(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a == b; });
}

LANDFALL_ONNX(equal, {"Equal", 1, equal})

} // namespace landfall::frontend
