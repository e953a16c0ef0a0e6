//===- gelu.h - Gaussian error linear units ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// v / 2 * (1 + erf(v / sqrt(2)))
inline Scalar gelu_of(Scalar v) {
  return 0.5 * v * (1.0 + erf(v * 0.7071067811865476));
}

/// v / 2 * (1 + tanh(sqrt(2 / pi) * (v + 0.044715 v^3)))
inline Scalar tanh_gelu_of(Scalar v) {
  Scalar inner = 0.7978845608028654 * (v + 0.044715 * (v * v * v));
  return 0.5 * v * (1.0 + tanh(inner));
}

} // namespace landfall::frontend
