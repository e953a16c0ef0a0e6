//===- mul.cpp - Product of two tensors -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A B
static void mul(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a * b; });
}

LANDFALL_ONNX(mul, {"Mul", 1, mul})

} // namespace landfall::frontend
