//===- reduce_min.cpp - Minimum along axes ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = min(data) along axes
static void reduce_min(Node &node) {
  reduce_operator(node, 18, false, [](const Row &x) { return x.min(); });
}

LANDFALL_ONNX(reduce_min, {"ReduceMin", 1, reduce_min})

} // namespace landfall::frontend
