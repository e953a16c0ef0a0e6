//===- power.cpp - pow ----------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "device_math/device_math.h"
#include "device_math/exponential.h"

namespace landfall::device_math {

namespace {

bool is_whole(double y) {
  double a = magnitude(y);
  return a >= 0x1p52 || (a + 0x1p52) - 0x1p52 == a;
}
bool is_odd(double y) {
  double a = magnitude(y);
  return a < 0x1p53 && is_whole(a) && !is_whole(a * 0.5);
}

/// |x|^y for finite x other than 0 and finite y.
double power(double a, double y) {
  // log a is 2^-53 at least from 0, unless it is 0, and 745 at most.
  if (magnitude(y) > 0x1p64)
    return a == 1 ? 1 : ((a > 1) == (y > 0) ? infinity : 0);
  Pair exponent = product(log_pair({a}), y);
  if (exponent.high > 710)
    return infinity;
  if (exponent.high < -746)
    return 0;
  ScaledPair result = exp_pair(exponent);
  return scaled(result.value.rounded(), result.exponent);
}

} // namespace

double pow(double x, double y) {
  if (x == 1 || y == 0) // Whatever the other one is, NaN included.
    return 1;
  if (is_nan(x) || is_nan(y))
    return not_a_number;
  double a = magnitude(x);
  if (is_infinite(y)) {
    if (a == 1)
      return 1;
    return (a > 1) == (y > 0) ? infinity : 0;
  }
  double result;
  if (a == 0 || is_infinite(a))
    result = (a == 0) == (y > 0) ? 0 : infinity;
  else if (x < 0 && !is_whole(y))
    return not_a_number;
  else
    result = power(a, y);
  return is_negative(x) && is_odd(y) ? -result : result;
}

} // namespace landfall::device_math
