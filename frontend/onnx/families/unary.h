//===- unary.h - One operand, element by element ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

/// Y = f(X) for real X. `f` sees X in its compute type; the result is rounded
/// to X's type.
void unary_operator(Node &node, const std::function<Scalar(Scalar)> &f,
                    std::string_view name = "X");

/// Y = op(X) for a single scalar operation.
template <ScalarOp op> void unary_operator(Node &node) {
  Tensor x = node.input(0, "X");
  node.output(node.b().elementwise(
      {x}, [](std::span<const Scalar> e) { return unary(op, e[0]); }));
}

/// Y = f(X), a truth value, for real X.
void predicate_operator(Node &node, const std::function<Scalar(Scalar)> &f);

/// log(1 + exp(x)) without overflow.
Scalar softplus_of(Scalar x);

} // namespace landfall::frontend
