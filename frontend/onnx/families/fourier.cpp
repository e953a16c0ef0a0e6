//===- fourier.cpp - Discrete Fourier transforms as sums of products ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fourier.h"

#include <numbers>

namespace landfall::frontend {

Tensor angles(Builder &b, Size length, Size period, DType type,
              const std::function<Scalar(Scalar)> &step) {
  return b.map({length, 2}, type, [&](std::span<const Scalar> p) {
    Scalar turn =
        cast(step(p[0]), DType::f64) / cast(b.scalar(period), DType::f64);
    Scalar angle = turn * (2 * std::numbers::pi);
    return convert(select(p[1] == 0, cos(angle), sin(angle)), type);
  });
}

Twiddle::Twiddle(Builder &b, Size length, bool inverse, DType compute)
    : b_(b), length_(length), inverse_(inverse) {
  if (!known_ge(length, 1))
    b.require(less(0, length), "a Fourier transform needs a positive length");
  table_ = angles(b, length, length, compute, [](Scalar n) { return n; });
}

Scalar Twiddle::at(Scalar k, Scalar n, Scalar to, Scalar from) const {
  Scalar step = (k * n) % b_.scalar(length_);
  Scalar mixed = to != from;
  Scalar value = table_.at({step, cast(mixed, DType::i64)});
  // Forward: real += imag * sin, imag -= real * sin; inverse: the other signs.
  Scalar negative = logical_and(mixed, to == (inverse_ ? 0 : 1));
  return select(negative, -value, value);
}

Size part_count(const Node &node, Tensor x) {
  Size parts = x.dim(-1);
  const char *rule = "the last dimension must be 1 (real) or 2 (complex)";
  if (parts.constant())
    node.expect(parts == Size(1) || parts == Size(2), rule);
  else
    node.b().require(equal(min(max(parts, 1), 2), parts), rule);
  return parts;
}

} // namespace landfall::frontend
