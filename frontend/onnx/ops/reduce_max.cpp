//===- reduce_max.cpp - Maximum along axes ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = max(data) along axes
static void reduce_max(Node &node) {
  reduce_operator(node, 18, false, [](const Row &x) { return x.max(); });
}

LANDFALL_ONNX(reduce_max, {"ReduceMax", 1, reduce_max})

} // namespace landfall::frontend
