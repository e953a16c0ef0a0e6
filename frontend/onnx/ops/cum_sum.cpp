//===- cum_sum.cpp - Running sums -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/running.h"

namespace landfall::frontend {

// y[i] = x[0] + ... + x[i] along axis
static void cum_sum(Node &node) {
  running_operator(node, 0, [](Scalar total, Scalar x) { return total + x; });
}

LANDFALL_ONNX(cum_sum, {"CumSum", 11, cum_sum})

} // namespace landfall::frontend
