//===- quantization.h - Linear quantisation of elements ------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// A real `value` (already divided by the scale) as `type`: rounded half to
/// even, shifted by `zero` (of `type`; absent: 0) and clamped; to 8-bit floats
/// without `saturate` out-of-range values become infinity or NaN.
Scalar quantized(Scalar value, DType type, Scalar zero = {},
                 bool saturate = true);

/// The zero point of `x` (absent if `zero` is), which must be of its type.
Tensor zero_point_of(const Node &node, Tensor x, Tensor zero,
                     std::string_view name);

/// Whether the zero point is absent or a constant 0, so that nothing needs to
/// be subtracted.
bool is_nothing(Tensor zero_point);

/// A scale or zero point of a tensor quantised per tensor (a scalar), along an
/// axis (rank 1) or in blocks of `block` elements along an axis.
struct QuantParameter {
  Builder &b;
  Tensor tensor; ///< May be absent.
  Shape shape;   ///< The shape of the quantised tensor.
  int axis;
  int64_t block; ///< 0: not blocked.

  explicit operator bool() const { return bool(tensor); }
  /// For the element at `indices` of the quantised tensor.
  Scalar at(std::span<const Scalar> indices) const;
};

/// Where the reals of a DequantizeLinear come from: with one scale for all, for
/// each index of an axis, or for each block along an axis (of the rank of
/// `stored`, then).
std::shared_ptr<const ir::Dequantized>
dequantized_of(const QuantParameter &scale, const QuantParameter &zero,
               Tensor stored);

/// Binds operand `position` for the quantised `x`, with the node's attributes
/// `axis` and `block_size`.
QuantParameter quant_parameter(const Node &node, Tensor x, int position,
                               std::string_view name);

} // namespace landfall::frontend
