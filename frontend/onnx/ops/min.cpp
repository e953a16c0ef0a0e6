//===- min.cpp - Smallest of several tensors --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// min = min(data_0, data_1, ...), NaN if any is
static void min(Node &node) {
  variadic_operator(node, [](Scalar a, Scalar b) { return minimum(a, b); });
}

LANDFALL_ONNX(min, {"Min", 1, min})

} // namespace landfall::frontend
