//===- random.h - Random numbers by position --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A node's random numbers. Each is computed from the seed and its own number
/// alone, so results are the same on every target, in any order. Without the
/// attribute `seed`, the seed comes from the node's name.
class RandomNumbers {
public:
  enum class Seed { real, integer }; ///< The type of the operator's attribute.
  explicit RandomNumbers(const Node &node, Seed kind = Seed::real);

  /// Number `n` (i64), uniform in [0, 1), f32 or f64.
  Scalar uniform(Scalar n, DType type) const;
  /// Number `n` of the normal distribution with mean 0 and variance 1.
  Scalar normal(Scalar n, DType type) const;

private:
  Scalar bits(Scalar n) const;
  int64_t seed_;
};

/// The row-major number of the point `index` of `shape`.
Scalar point_number(Builder &b, std::span<const Scalar> index,
                    const Shape &shape);

/// Inside a body: a column of scores [R, C] by u, uniform in [0, 1), in whose
/// type this computes: the first whose cumulated exp(scores[row]) exceeds u
/// times their sum.
Scalar drawn_class(Tensor scores, Scalar row, Scalar u);

/// A tensor of `draw(numbers, n, f32 or f64)`, converted to `type`.
Tensor random_tensor(const Node &node, const Shape &shape, DType type,
                     const std::function<Scalar(const RandomNumbers &, Scalar n,
                                                DType real)> &draw);

/// The operand's shape and the type: attribute `dtype`, else the operand's.
std::pair<Shape, DType> random_like(const Node &node);
/// The attributes `shape` and `dtype`.
std::pair<Shape, DType> random_shape(const Node &node);

} // namespace landfall::frontend
