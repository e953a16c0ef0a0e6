//===- adjoint.h - Derivatives of operators ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A node, and the gradient of some number with respect to its first result.
struct Adjoint {
  const Node &node;
  Tensors inputs; ///< Empty ones are absent.
  Tensor y;       ///< The first result.
  Tensor dy;      ///< The gradient, of y's shape.
};

/// The gradients with respect to the inputs, by position; empty: nothing
/// depends on that input, which is no real number or a parameter such as axes.
/// Refuses operators that have no rule.
Tensors adjoint_of(const Adjoint &a);

/// The sum of `x` over what a broadcast of `shape` to x's shape has repeated.
Tensor summed_to(Tensor x, const Shape &shape);

} // namespace landfall::frontend
