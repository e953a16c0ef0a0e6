//===- q_linear.cpp - Operators on linearly quantised tensors -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"

#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

QuantScheme::QuantScheme(const Node &node, int position, int zero_position,
                         std::string_view name, DType stored)
    : scale_(one_element(node,
                         node.input(position, std::string(name) + "'s scale"))),
      zero_(node.optional_input(zero_position,
                                std::string(name) + "'s zero point")),
      stored_(stored) {
  if (!zero_)
    return;
  zero_ = one_element(node, zero_);
  node.expect(zero_.dtype() == stored,
              std::string(name) + "'s zero point must have its type");
  if (is_nothing(zero_))
    zero_ = {};
}

Scalar QuantScheme::zero(DType type) const {
  return zero_ ? convert(zero_.at({}), type) : Scalar();
}

Scalar QuantScheme::centered(Scalar x, DType type) const {
  x = convert(x, type);
  return zero_ ? x - zero(type) : x;
}

Scalar QuantScheme::real(Scalar x) const {
  return centered(x, DType::f32) * scale();
}

Scalar QuantScheme::nearest(Scalar value) const {
  return quantized(value / scale(), stored_, zero(stored_));
}

Scalar QuantScheme::from_steps(Scalar steps) const {
  if (zero_)
    steps = steps + zero(steps.dtype());
  return cast_saturate(round_even(steps), stored_);
}

Tensor QuantTensor::real() const {
  return tensor.builder().elementwise(
      {tensor}, [&](std::span<const Scalar> e) { return scheme.real(e[0]); });
}

void q_linear_unary(Node &node, const std::function<Scalar(Scalar)> &f) {
  QuantTensor x(node, 0, "X");
  QuantScheme y(node, 3, "Y", x.tensor.dtype());
  node.output(node.b().map(x.tensor.shape(), y.stored(),
                           [&](std::span<const Scalar> p) {
                             Scalar value = x.scheme.real(x.tensor.at(p));
                             return y.nearest(f(value));
                           }));
}

} // namespace landfall::frontend
