//===- cum_prod.cpp - Running products --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/running.h"

namespace landfall::frontend {

// y[i] = x[0] x[1] ... x[i] along axis
static void cum_prod(Node &node) {
  running_operator(node, 1, [](Scalar total, Scalar x) { return total * x; });
}

LANDFALL_ONNX(cum_prod, {"CumProd", 26, cum_prod})

} // namespace landfall::frontend
