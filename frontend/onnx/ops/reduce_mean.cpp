//===- reduce_mean.cpp - Mean along axes ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = sum(data) / count along axes
static void reduce_mean(Node &node) {
  reduce_operator(node, 18, false, [](const Row &x) { return x.mean(); });
}

LANDFALL_ONNX(reduce_mean, {"ReduceMean", 1, reduce_mean})

} // namespace landfall::frontend
