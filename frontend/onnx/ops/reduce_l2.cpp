//===- reduce_l2.cpp - Euclidean length along axes --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = sqrt(sum(data^2)) along axes
static void reduce_l2(Node &node) {
  reduce_operator(node, 18, true, [](const Row &x) {
    return sqrt(x.sum([](Scalar v) { return v * v; }));
  });
}

LANDFALL_ONNX(reduce_l2, {"ReduceL2", 1, reduce_l2})

} // namespace landfall::frontend
