//===- remainder.cpp - fmod -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "device_math/device_math.h"
#include "device_math/double_bits.h"

namespace landfall::device_math {

namespace {

/// A finite double as mantissa * 2^exponent.
struct Parts {
  uint64_t mantissa;
  int exponent;
};

Parts parts_of(double x) {
  int field = exponent_field(x);
  uint64_t mantissa = bits_of(x) & mantissa_mask;
  if (field == 0)
    return {mantissa, -1074};
  return {mantissa | (mantissa_mask + 1), field - 1075};
}

} // namespace

/// Long division of mantissas, 11 bits of quotient at a time: exact.
double fmod(double x, double y) {
  if (is_nan(x) || is_nan(y) || is_infinite(x) || y == 0)
    return not_a_number;
  double a = magnitude(x), divisor = magnitude(y);
  if (a < divisor)
    return x;
  Parts top = parts_of(a), bottom = parts_of(divisor);
  uint64_t rest = top.mantissa % bottom.mantissa;
  for (int left = top.exponent - bottom.exponent; left > 0;) {
    int step = left < 11 ? left : 11;
    rest = (rest << step) % bottom.mantissa;
    left -= step;
  }
  // A whole number of at most 53 bits, times a power that both steps hold.
  return with_sign(scaled(double(rest), bottom.exponent), x);
}

} // namespace landfall::device_math
