//===- exponential.cpp - exp, sinh, cosh, tanh ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "device_math/exponential.h"
#include "device_math/device_math.h"

namespace landfall::device_math {

namespace {

constexpr double log2_e = 0x1.71547652b82fep+0;
/// 42 bits, so that multiples up to 2^11 are exact; and the rest.
constexpr double ln2_high = 0x1.62e42fefa3800p-1;
constexpr double ln2_low = 0x1.ef35793c76730p-45;

/// Above it exp overflows, below the other it is zero.
constexpr double exp_overflow = 709.79, exp_underflow = -745.2;

/// sinh x = x + x^3 / 6 + ..., for |x| <= 0.35.
Pair small_sinh(double x) {
  double square = x * x;
  double tail =
      polynomial(square, {1. / 6, 1. / 120, 1. / 5040, 1. / 362880,
                          1. / 39916800, 1. / 6227020800, 1. / 1307674368000});
  return ordered_sum(x, x * square * tail);
}

/// cosh x = 1 + x^2 / 2 + ..., for |x| <= 0.35.
Pair small_cosh(double x) {
  Pair square = exact_product(x, x);
  double tail =
      polynomial(square.high, {1. / 24, 1. / 720, 1. / 40320, 1. / 3628800,
                               1. / 479001600, 1. / 87178291200});
  Pair half = scaled_exactly(square, 0.5);
  Pair rest = {square.high * square.high * tail};
  return sum(sum(half, rest), 1);
}

/// The range of the series above.
constexpr double small_limit = 0.35;

/// (e^x -+ e^-x) / 2 for x >= 0, as a value times a power of two.
double half_sum(double x, double sign) {
  ScaledPair grown = exp_pair({x});
  // e^-x is 1 / value / 2^exponent.
  Pair shrunk = quotient({sign}, grown.value);
  int apart = 2 * grown.exponent;
  Pair both = grown.value;
  if (apart < 150)
    both = sum(both, scaled_exactly(shrunk, power_of_two(-apart)));
  return scaled(both.rounded(), grown.exponent - 1);
}

} // namespace

/// Reduction after Cody and Waite: x = n ln 2 + r, |r| <= 0.35.
ScaledPair exp_pair(Pair x) {
  double n = nearest(x.high * log2_e);
  Pair rest = exact_sum(x.high, -n * ln2_high);
  rest = sum(rest, negated(exact_product(n, ln2_low)));
  rest = sum(rest, x.low);
  double r = rest.high;
  // e^r = 1 + r + r^2 / 2 + r^3 (1/6 + ...), the last in plain doubles.
  double tail = polynomial(r, {1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040,
                               1. / 40320, 1. / 362880, 1. / 3628800,
                               1. / 39916800, 1. / 479001600, 1. / 6227020800});
  Pair square = scaled_exactly(product(rest, rest), 0.5);
  Pair value = sum(square, Pair{r * r * r * tail});
  return {sum(sum(rest, value), 1), int(n)};
}

double exp(double x) {
  if (is_nan(x))
    return x;
  if (x > exp_overflow)
    return infinity;
  if (x < exp_underflow)
    return 0;
  ScaledPair result = exp_pair({x});
  return scaled(result.value.rounded(), result.exponent);
}

double sinh(double x) {
  double a = magnitude(x);
  if (!is_finite(x) || a < 0x1p-28)
    return x;
  if (a <= small_limit)
    return small_sinh(x).rounded();
  return with_sign(a > 711 ? infinity : half_sum(a, -1), x);
}

double cosh(double x) {
  double a = magnitude(x);
  if (!is_finite(x))
    return a;
  return a > 711 ? infinity : half_sum(a, 1);
}

double tanh(double x) {
  double a = magnitude(x);
  if (is_nan(x) || a < 0x1p-28)
    return x;
  if (a > 20)
    return with_sign(1, x);
  if (a <= small_limit)
    return quotient(small_sinh(x), small_cosh(x)).rounded();
  // 1 - 2 / (e^2x + 1)
  ScaledPair grown = exp_pair({2 * a});
  Pair power = scaled_exactly(grown.value, power_of_two(grown.exponent));
  Pair rest = quotient({-2}, sum(power, 1));
  return with_sign(sum(rest, 1).rounded(), x);
}

} // namespace landfall::device_math
