//===- reduce_sum.cpp - Sum along axes --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = sum(data) along axes
static void reduce_sum(Node &node) {
  reduce_operator(node, 13, false, [](const Row &x) { return x.sum(); });
}

LANDFALL_ONNX(reduce_sum, {"ReduceSum", 1, reduce_sum})

} // namespace landfall::frontend
