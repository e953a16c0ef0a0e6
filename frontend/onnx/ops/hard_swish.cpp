//===- hard_swish.cpp - Piecewise linear swish ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X max(0, min(1, X / 6 + 1 / 2))
static void hard_swish(Node &node) {

  unary_operator(node, [](Scalar x) {
    return x * maximum(minimum(x * (1.0 / 6) + 0.5, 1), 0);
  });
}

LANDFALL_ONNX(hard_swish, {"HardSwish", 14, hard_swish})

} // namespace landfall::frontend
