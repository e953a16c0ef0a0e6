//===- relu.cpp - Rectified linear unit -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

// Y = max(0, X)
static void relu(Node &node) {
  Tensor x = node.input(0, "X");
  node.expect(x.dtype() != DType::boolean, "X must hold numbers, not bool");
  node.output(node.b().elementwise(
      {x}, [](std::span<const Scalar> e) { return maximum(e[0], 0); }));
}

LANDFALL_ONNX(relu, {"Relu", 1, relu})

} // namespace landfall::frontend
