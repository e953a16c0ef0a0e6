//===- reduce_log_sum.cpp - Logarithm of the sum along axes -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = log(sum(data)) along axes
static void reduce_log_sum(Node &node) {
  reduce_operator(node, 18, true, [](const Row &x) { return log(x.sum()); });
}

LANDFALL_ONNX(reduce_log_sum, {"ReduceLogSum", 1, reduce_log_sum})

} // namespace landfall::frontend
