//===- sub.cpp - Difference of two tensors ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A - B
static void sub(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a - b; });
}

LANDFALL_ONNX(sub, {"Sub", 1, sub})

} // namespace landfall::frontend
