//===- thresholded_relu.cpp - X where it exceeds alpha ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = X if X > alpha, else 0
static void thresholded_relu(Node &node) {
  double alpha = node.float_attr("alpha", 1);
  unary_operator(node, [&](Scalar x) {
    return select(x > alpha, x, x.builder().literal(x.dtype(), 0));
  });
}

LANDFALL_ONNX(thresholded_relu, {"ThresholdedRelu", 1, thresholded_relu})

} // namespace landfall::frontend
