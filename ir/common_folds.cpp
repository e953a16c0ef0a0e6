//===- common_folds.cpp - The facade: sums, extremes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/builder.h"

#include <limits>

namespace landfall::ir {

Scalar sum(Builder &b, const Shape &extents, DType type,
           const PointBody &body) {
  return b.fold(
      extents, {b.literal(type, 0)},
      [&](std::span<const Scalar> at, std::span<const Scalar> so_far) {
        return Scalars{so_far[0] + body(at)};
      })[0];
}
Scalar sum_of_few(Builder &b, Size count, DType type,
                  const std::function<Scalar(Scalar k)> &term) {
  auto known = count.constant();
  if (!known || *known < 1 || *known > 4)
    return sum(b, {count}, type,
               [&](std::span<const Scalar> k) { return term(k[0]); });
  Scalar total = term(b.index(0));
  for (int64_t k = 1; k < *known; ++k)
    total = total + term(b.index(k));
  return total;
}
Scalar max_of(Builder &b, const Shape &extents, DType type,
              const PointBody &body) {
  return b.fold(
      extents, {lowest(b, type)},
      [&](std::span<const Scalar> at, std::span<const Scalar> so_far) {
        return Scalars{maximum(so_far[0], body(at))};
      })[0];
}
Scalar min_of(Builder &b, const Shape &extents, DType type,
              const PointBody &body) {
  return b.fold(
      extents, {highest(b, type)},
      [&](std::span<const Scalar> at, std::span<const Scalar> so_far) {
        return Scalars{minimum(so_far[0], body(at))};
      })[0];
}

/// -inf / +inf where the format has them, else the largest finite value.
static Scalar extreme(Builder &b, DType type, int sign) {
  if (type == DType::boolean)
    return b.literal_int(type, sign > 0);
  if (is_integer(type)) {
    int bits = info(type).bits;
    bool is_signed = is_signed_integer(type);
    uint64_t high = ~uint64_t(0) >> (64 - bits + (is_signed ? 1 : 0));
    int64_t low = is_signed ? -int64_t(high) - 1 : 0;
    return b.literal_int(type, sign > 0 ? int64_t(high) : low);
  }
  if (!is_real(type))
    return b.literal_int(type, 0); // Refuses it.
  bool has_infinity = type == DType::f32 || type == DType::f64 ||
                      type == DType::f16 || type == DType::bf16 ||
                      type == DType::f8e5m2;
  if (has_infinity)
    return b.literal(type, sign * std::numeric_limits<double>::infinity());
  double largest = real_to_float(type, real_from_float(type, 3e38f));
  return b.literal(type, sign * largest);
}
Scalar lowest(Builder &b, DType type) { return extreme(b, type, -1); }
Scalar highest(Builder &b, DType type) { return extreme(b, type, 1); }

} // namespace landfall::ir
