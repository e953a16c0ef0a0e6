//===- q_linear.h - Operators on linearly quantised tensors -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

/// How a tensor is quantised as a whole: real = scale * (stored - zero). Both
/// operands hold one element; the methods are for use inside a body.
class QuantScheme {
public:
  /// Binds the scale at operand `position` and the zero point after it, which
  /// may be absent, of the tensor `name` with elements of `stored`.
  QuantScheme(const Node &node, int position, std::string_view name,
              DType stored)
      : QuantScheme(node, position, position + 1, name, stored) {}
  /// The same with the zero point elsewhere.
  QuantScheme(const Node &node, int position, int zero_position,
              std::string_view name, DType stored);

  DType stored() const { return stored_; }
  /// The scale, f32.
  Scalar scale() const { return scale_.at({}); }
  /// The zero point in `type`; absent if it is known to be 0.
  Scalar zero(DType type) const;
  /// x without its zero point, in `type`.
  Scalar centered(Scalar x, DType type) const;
  /// The real number that x stands for, in f32.
  Scalar real(Scalar x) const;
  /// The nearest stored value: round(value / scale) + zero.
  Scalar nearest(Scalar value) const;
  /// round(steps + zero), saturated: unlike `nearest`, a tie goes to the even
  /// sum, as ONNX Runtime's element-wise kernels have it.
  Scalar from_steps(Scalar steps) const;

private:
  Tensor scale_, zero_;
  DType stored_;
};

/// A tensor with its scheme, from operands `position` to `position` + 2.
struct QuantTensor {
  Tensor tensor;
  QuantScheme scheme;

  QuantTensor(const Node &node, int position, std::string_view name)
      : tensor(node.input(position, name)),
        scheme(node, position + 1, name, tensor.dtype()) {}
  /// All real numbers, as a tensor of f32.
  Tensor real() const;
};

/// Y = quantised(f(X)) with operands X, its scheme and Y's.
void q_linear_unary(Node &node, const std::function<Scalar(Scalar)> &f);

} // namespace landfall::frontend
