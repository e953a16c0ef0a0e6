//===- logarithm.cpp - log, log1p, asinh, acosh, atanh --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "device_math/device_math.h"
#include "device_math/exponential.h"

namespace landfall::device_math {

namespace {

constexpr double ln2_high = 0x1.62e42fefa3800p-1; // 42 bits.
constexpr double ln2_low = 0x1.ef35793c76730p-45;
constexpr Pair third = {0x1.5555555555555p-2, 0x1.5555555555555p-56};

/// log(1 + f) = 2 (s + s^3 / 3 + s^5 / 5 + ...) with s = f / (2 + f), for
/// |s| <= 0.172.
Pair log_near_one(Pair f) {
  Pair s = quotient(f, sum(f, 2));
  Pair square = product(s, s);
  double z = square.high;
  double tail =
      z * polynomial(z, {1. / 5, 1. / 7, 1. / 9, 1. / 11, 1. / 13, 1. / 15,
                         1. / 17, 1. / 19, 1. / 21, 1. / 23, 1. / 25});
  Pair beyond = product(square, sum(third, tail));
  return scaled_exactly(sum(s, product(s, beyond)), 2);
}

/// For functions of |x| that grow like log(2 |x|) where squares overflow.
double log_of_double(double a) {
  return sum(log_pair({a}), log_pair({2})).rounded();
}

} // namespace

Pair log_pair(Pair x) {
  int exponent = 0;
  if (exponent_field(x.high) == 0) {
    x = scaled_exactly(x, 0x1p54);
    exponent = -54;
  }
  // The mantissa in [sqrt(1/2), sqrt(2)).
  constexpr uint64_t root_half = 0x3fe6a09e667f3bcd;
  int shift = int(int64_t(bits_of(x.high) - root_half) >> 52);
  exponent += shift;
  // In two steps: neither factor overflows.
  x = scaled_exactly(x, power_of_two(-shift / 2));
  x = scaled_exactly(x, power_of_two(-(shift - shift / 2)));
  Pair f = exact_sum(x.high - 1, x.low);
  Pair value = log_near_one(f);
  if (exponent == 0)
    return value;
  value = sum(exact_product(exponent, ln2_low), value);
  return sum({exponent * ln2_high}, value);
}

double log(double x) {
  if (is_nan(x) || x < 0)
    return is_nan(x) ? x : not_a_number;
  if (x == 0)
    return -infinity;
  return is_infinite(x) ? x : log_pair({x}).rounded();
}

double log1p(double x) {
  if (is_nan(x) || x < -1)
    return is_nan(x) ? x : not_a_number;
  if (x == -1)
    return -infinity;
  if (is_infinite(x) || magnitude(x) < 0x1p-54)
    return x;
  return log_pair(exact_sum(1, x)).rounded();
}

/// log(|x| + sqrt(x^2 + 1))
double asinh(double x) {
  double a = magnitude(x);
  if (!is_finite(x) || a < 0x1p-28)
    return x;
  if (a > 0x1p500)
    return with_sign(log_of_double(a), x);
  Pair root = square_root(sum(exact_product(a, a), 1));
  return with_sign(log_pair(sum(root, a)).rounded(), x);
}

/// log(x + sqrt(x^2 - 1))
double acosh(double x) {
  if (is_nan(x) || x < 1)
    return is_nan(x) ? x : not_a_number;
  if (is_infinite(x))
    return x;
  if (x > 0x1p500)
    return log_of_double(x);
  Pair root = square_root(product(exact_sum(x, -1), exact_sum(x, 1)));
  return log_pair(sum(root, x)).rounded();
}

/// log((1 + x) / (1 - x)) / 2
double atanh(double x) {
  double a = magnitude(x);
  if (is_nan(x) || a > 1)
    return is_nan(x) ? x : not_a_number;
  if (a == 1)
    return with_sign(infinity, x);
  if (a < 0x1p-28)
    return x;
  Pair ratio = quotient(exact_sum(1, a), exact_sum(1, -a));
  return with_sign(0.5 * log_pair(ratio).rounded(), x);
}

} // namespace landfall::device_math
