//===- gated_unit.h - Gated linear units ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

/// G sigmoid(activation_alpha G) (L + activation_beta) of G = gate and L = up;
/// with the attribute limit > 0, G is at most that and L within it. Computed in
/// f32; the first factor is rounded to `type` if `rounds`.
inline Scalar clamped_swiglu(const Node &node, Scalar gate, Scalar up,
                             DType type, bool rounds) {
  double alpha = node.float_attr("activation_alpha", 1);
  double beta = node.float_attr("activation_beta", 0);
  double limit = node.float_attr("limit", 0);
  Scalar g = convert(gate, DType::f32), l = convert(up, DType::f32);
  if (limit > 0) {
    g = minimum(g, limit);
    l = maximum(minimum(l, limit), -limit);
  }
  Scalar y = g * sigmoid(alpha * g);
  if (rounds)
    y = convert(convert(y, type), DType::f32);
  return convert(y * (beta == 0 ? l : l + beta), type);
}

} // namespace landfall::frontend
