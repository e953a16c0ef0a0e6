//===- swiglu.cpp - Gated linear unit with swish ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// Y = A sigmoid(alpha A) B
static void swiglu(Node &node) {
  Tensor a = real_input(node, 0, "A"), b = real_input(node, 1, "B");
  double alpha = node.float_attr("alpha", 1);
  node.output(node.b().elementwise({a, b}, [&](std::span<const Scalar> e) {
    Scalar gate = widen(e[0]);
    return convert(gate * sigmoid(alpha * gate) * widen(e[1]), a.dtype());
  }));
}

LANDFALL_ONNX(swiglu, {"SwiGLU", 28, swiglu})

} // namespace landfall::frontend
