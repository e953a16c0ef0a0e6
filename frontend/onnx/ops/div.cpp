//===- div.cpp - Quotient of two tensors ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// C = A / B; integers are cut towards zero
static void div(Node &node) {
  binary_operator(node, [](Scalar a, Scalar b) { return a / b; });
}

LANDFALL_ONNX(div, {"Div", 1, div})

} // namespace landfall::frontend
