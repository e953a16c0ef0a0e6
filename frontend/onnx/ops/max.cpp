//===- max.cpp - Largest of several tensors ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// max = max(data_0, data_1, ...), NaN if any is
static void max(Node &node) {
  variadic_operator(node, [](Scalar a, Scalar b) { return maximum(a, b); });
}

LANDFALL_ONNX(max, {"Max", 1, max})

} // namespace landfall::frontend
