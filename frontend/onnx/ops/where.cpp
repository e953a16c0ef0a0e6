//===- where.cpp - Chooses between two tensors ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

// output = X where condition holds, else Y
static void where(Node &node) {
  Tensor condition = node.input(0, "condition");
  Tensor x = node.input(1, "X"), y = node.input(2, "Y");
  node.output(
      node.b().elementwise({condition, x, y}, [](std::span<const Scalar> e) {
        return select(e[0], e[1], e[2]);
      }));
}

LANDFALL_ONNX(where, {"Where", 9, where})

} // namespace landfall::frontend
