//===- binarizer.cpp - One above a threshold --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// Y = 1 if X > threshold, else 0
static void binarizer(Node &node) {
  double threshold = node.float_attr("threshold", 0);
  Tensor x = node.input(0, "X");
  DType real = real_compute_type(x.dtype());
  node.output(node.b().elementwise({x}, [&](std::span<const Scalar> e) {
    return convert(convert(e[0], real) > threshold, x.dtype());
  }));
}

LANDFALL_ONNX(binarizer, {"Binarizer", 1, binarizer, "ai.onnx.ml"})

} // namespace landfall::frontend
