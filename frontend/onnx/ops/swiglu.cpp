//===- swiglu.cpp - Gated linear unit with swish ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/gated_unit.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/indexing.h"

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

// output = clamped_swiglu(gate, up), or of gate's halves
static void swiglu_microsoft(Node &node) {
  Builder &b = node.b();
  Tensor gate = real_input(node, 0, "gate"), up = node.optional_input(1, "up");
  if (!up) {
    node.expect(gate.rank() >= 1, "gate needs a dimension");
    int last = gate.rank() - 1;
    Size half = floordiv(gate.dim(last), 2);
    require_equal(b, half * 2, gate.dim(last), "gate has no two halves");
    up = slice_along(gate, last, half, half);
    gate = slice_along(gate, last, 0, half);
  }
  bool rounds = node.int_attr("round_activation", 0) != 0;
  DType type = gate.dtype();
  node.output(b.elementwise({gate, up}, [&](std::span<const Scalar> e) {
    return clamped_swiglu(node, e[0], e[1], type, rounds);
  }));
}

LANDFALL_ONNX(swiglu, {"SwiGLU", 28, swiglu},
              {"SwiGLU", 1, swiglu_microsoft, "com.microsoft"})

} // namespace landfall::frontend
