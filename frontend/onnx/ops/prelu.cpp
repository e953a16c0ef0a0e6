//===- prelu.cpp - ReLU with a learned slope --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// Before opset 7 a slope of rank 1 holds one value a channel.
static Tensor aligned_slope(Node &node, Tensor x) {
  Tensor slope = node.input(1, "slope");
  if (node.version() >= 7 || slope.rank() != 1 || x.rank() < 2 ||
      slope.dim(0) == Size(1))
    return slope;
  Shape shape(x.rank() - 1, 1);
  shape[0] = slope.dim(0);
  return node.b().reshape(slope, shape);
}

// Y = X if X >= 0, else slope X. Either may broadcast to the other, as ONNX
// Runtime has it.
static void prelu(Node &node) {
  Tensor x = node.input(0, "X");
  Tensor slope = aligned_slope(node, x);
  node.output(node.b().elementwise({x, slope}, [&](std::span<const Scalar> e) {
    Scalar value = widen(e[0]);
    return convert(select(value < 0, value * widen(e[1]), value), x.dtype());
  }));
}

LANDFALL_ONNX(prelu, {"PRelu", 1, prelu})

} // namespace landfall::frontend
