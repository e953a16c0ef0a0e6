//===- sum.cpp - Sum of several tensors -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// sum = data_0 + data_1 + ...
static void sum(Node &node) {
  variadic_operator(node, [](Scalar a, Scalar b) { return a + b; });
}

LANDFALL_ONNX(sum, {"Sum", 1, sum})

} // namespace landfall::frontend
