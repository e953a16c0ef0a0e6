//===- softmax.cpp - Exponentials that sum to one ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/softmax.h"

namespace landfall::frontend {

// output = exp(input - m) / sum(exp(input - m)), m = max(input) along axis
static void softmax(Node &node) { node.output(softmax_of(softmax_rows(node))); }

LANDFALL_ONNX(softmax, {"Softmax", 1, softmax})

} // namespace landfall::frontend
