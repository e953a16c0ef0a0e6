//===- reduce_sum_square.cpp - Sum of squares along axes --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = sum(data^2) along axes
static void reduce_sum_square(Node &node) {
  reduce_operator(node, 18, false, [](const Row &x) {
    return x.sum([](Scalar v) { return v * v; });
  });
}

LANDFALL_ONNX(reduce_sum_square, {"ReduceSumSquare", 1, reduce_sum_square})

} // namespace landfall::frontend
