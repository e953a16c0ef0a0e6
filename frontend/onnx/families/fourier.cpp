//===- fourier.cpp - Discrete Fourier transforms --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fourier.h"

#include "frontend/onnx/families/chirp_transform.h"
#include "frontend/onnx/families/factor_transform.h"
#include "frontend/onnx/families/fast_fourier.h"
#include "ir/table.h"

#include <numbers>

namespace landfall::frontend {

Tensor circle_table(Builder &b, Size period, DType type) {
  // n is a number of `few` steps and a remainder: all but a few of the angles
  // are products of two numbers on the circle, in double precision.
  constexpr int64_t few = 64;
  auto angles = [&](Size count, int64_t stride) {
    return ir::table(b, {2, count}, DType::f64, [&](std::span<const Scalar> p) {
      Scalar turn = cast(p[1] * double(stride), DType::f64) /
                    cast(b.scalar(period), DType::f64);
      Scalar angle = turn * (2 * std::numbers::pi);
      return select(p[0] == 0, cos(angle), sin(angle));
    });
  };
  Size coarse = floordiv(period + (few - 1), few);
  Tensor high = angles(coarse, few), low = angles(few, 1);
  Tensor table =
      ir::table(b, {2, coarse, few}, type, [&](std::span<const Scalar> p) {
        Scalar zero = b.index(0), one = b.index(1);
        Scalar a = high.at({zero, p[1]}), c = high.at({one, p[1]});
        Scalar d = low.at({zero, p[2]}), e = low.at({one, p[2]});
        return convert(select(p[0] == 0, a * d - c * e, a * e + c * d), type);
      });
  return b.reshape(table, {2, coarse * few});
}

Tensor fourier_transform(Builder &b, Tensor x, Size length, bool inverse) {
  if (!known_ge(length, 1))
    b.require(less(0, length), "a Fourier transform needs a positive length");
  if (has_fast_fourier(length) && x.dim(1).is_constant())
    return fast_fourier(b, x, *length.constant(), inverse);
  return b
      .if_else(
          has_small_factors(b, length),
          [&] {
            return std::vector<Any>{factor_transform(b, x, length, inverse)};
          },
          [&] {
            return std::vector<Any>{chirp_transform(b, x, length, inverse)};
          })[0]
      .tensor;
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
