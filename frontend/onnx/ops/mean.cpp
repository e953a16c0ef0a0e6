//===- mean.cpp - Mean of several tensors -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// mean = (data_0 + data_1 + ...) / count
static void mean(Node &node) {
  variadic_operator(
      node, [](Scalar a, Scalar b) { return a + b; },
      [&](Scalar sum) { return sum / node.input_count(); });
}

LANDFALL_ONNX(mean, {"Mean", 1, mean})

} // namespace landfall::frontend
