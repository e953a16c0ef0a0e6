//===- softmax.cpp - Exponentials that sum to one ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/softmax.h"

namespace landfall::frontend {

// output = exp(input - m) / sum(exp(input - m)), m = max(input) along axis
static void softmax(Node &node) {
  Rows rows = softmax_rows(node);
  node.output(map_rows(
      rows, std::array{rows.type, rows.type}, softmax_folds, rows.x.dtype(),
      [](std::span<const Scalar>, Scalar x, const Scalars &folded) {
        return exp(x - folded[0]) / folded[1];
      }));
}

LANDFALL_ONNX(softmax, {"Softmax", 1, softmax})

} // namespace landfall::frontend
