//===- q_linear_add.cpp - ONNX Runtime's QLinearAdd, QLinearMul -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Real numbers r(X) = X_scale * (X - X_zero_point) are added or multiplied:
// C = saturate(round(r(A) op r(B) / C_scale + C_zero_point)), broadcast.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"

namespace landfall::frontend {

namespace {

/// f gives the result in steps of its scale.
void q_linear_binary(
    Node &node,
    const std::function<Scalar(const QuantTensor &, Scalar, const QuantTensor &,
                               Scalar, const QuantScheme &)> &f) {
  QuantTensor a(node, 0, "A"), b(node, 3, "B");
  QuantScheme c(node, 6, "C", a.tensor.dtype());
  node.output(node.b().elementwise(
      {a.tensor, b.tensor}, [&](std::span<const Scalar> e) {
        return c.from_steps(f(a, e[0], b, e[1], c));
      }));
}

// The scales are combined first: equal ones cancel exactly.
void q_linear_add(Node &node) {
  q_linear_binary(node, [](const QuantTensor &a, Scalar x, const QuantTensor &b,
                           Scalar y, const QuantScheme &c) {
    Scalar left = a.scheme.centered(x, DType::f32);
    Scalar right = b.scheme.centered(y, DType::f32);
    return left * (a.scheme.scale() / c.scale()) +
           right * (b.scheme.scale() / c.scale());
  });
}

void q_linear_mul(Node &node) {
  q_linear_binary(node, [](const QuantTensor &a, Scalar x, const QuantTensor &b,
                           Scalar y, const QuantScheme &c) {
    Scalar scale = a.scheme.scale() * b.scheme.scale() / c.scale();
    return a.scheme.centered(x, DType::f32) * b.scheme.centered(y, DType::f32) *
           scale;
  });
}

} // namespace

LANDFALL_ONNX(q_linear_add, {"QLinearAdd", 1, q_linear_add, "com.microsoft"},
              {"QLinearMul", 1, q_linear_mul, "com.microsoft"})

} // namespace landfall::frontend
