//===- log_softmax.cpp - Logarithm of Softmax -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/softmax.h"

namespace landfall::frontend {

// output = input - m - log(sum(exp(input - m))), m = max(input) along axis
static void log_softmax(Node &node) {
  node.output(log_softmax_of(softmax_rows(node)));
}

LANDFALL_ONNX(log_softmax, {"LogSoftmax", 1, log_softmax})

} // namespace landfall::frontend
