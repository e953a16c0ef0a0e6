//===- greater.cpp - Compares for greater -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = (A > B)
static void greater(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a > b; });
}

LANDFALL_ONNX(greater, {"Greater", 1, greater})

} // namespace landfall::frontend
