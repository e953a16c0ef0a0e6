//===- linear_attention_gate.cpp - Decay and update rate --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// decay = decay_scale softplus(a + dt_bias), beta = sigmoid(b)
static void linear_attention_gate(Node &node) {
  Builder &b = node.b();
  Tensor a = node.input(0, "a");
  node.expect(a.rank() >= 1, "a needs a dimension");
  Tensor bias = node.input(1, "dt_bias"), scale = node.input(2, "decay_scale");
  Tensor rate = node.optional_input(3, "b");
  require_list(node, bias, "dt_bias", a.dim(-1));
  require_list(node, scale, "decay_scale", a.dim(-1));
  node.output(0, b.map(a.shape(), a.dtype(), [&](std::span<const Scalar> p) {
    Scalar shifted = widen(a.at(p)) + bias.at({p.back()});
    return convert(scale.at({p.back()}) * softplus_of(shifted), a.dtype());
  }));
  if (!node.wants_output(1))
    return;
  node.expect(static_cast<bool>(rate), "output beta needs operand b");
  node.output(1, b.elementwise({rate}, [&](std::span<const Scalar> e) {
    return convert(sigmoid(widen(e[0])), rate.dtype());
  }));
}

LANDFALL_ONNX(linear_attention_gate, {"LinearAttentionGate", 1,
                                      linear_attention_gate, "com.microsoft"})

} // namespace landfall::frontend
