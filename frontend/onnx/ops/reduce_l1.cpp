//===- reduce_l1.cpp - Sum of magnitudes along axes -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = sum(|data|) along axes
static void reduce_l1(Node &node) {
  reduce_operator(node, 18, false, [](const Row &x) {
    return x.sum([](Scalar v) { return abs(v); });
  });
}

LANDFALL_ONNX(reduce_l1, {"ReduceL1", 1, reduce_l1})

} // namespace landfall::frontend
