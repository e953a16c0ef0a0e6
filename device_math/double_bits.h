//===- double_bits.h - Sign, exponent and mantissa of doubles ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <stdint.h>

namespace landfall::device_math {

constexpr double infinity = __builtin_inf();
constexpr double not_a_number = __builtin_nan("");

constexpr uint64_t mantissa_mask = (uint64_t(1) << 52) - 1;
constexpr int exponent_bias = 1023;

inline uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }
inline double from_bits(uint64_t bits) {
  return __builtin_bit_cast(double, bits);
}
/// 0 for zeros and subnormal numbers, 2047 for infinities and NaN.
inline int exponent_field(double x) { return int(bits_of(x) >> 52) & 2047; }

inline bool is_nan(double x) { return x != x; }
inline bool is_infinite(double x) { return (bits_of(x) << 1) == 2047ull << 53; }
inline bool is_finite(double x) { return exponent_field(x) != 2047; }
inline bool is_negative(double x) { return bits_of(x) >> 63 != 0; }

inline double magnitude(double x) { return from_bits(bits_of(x) << 1 >> 1); }
inline double with_sign(double x, double sign) {
  return from_bits((bits_of(x) << 1 >> 1) | (bits_of(sign) >> 63 << 63));
}

/// 2^n for a normal result: n in [-1022, 1023].
inline double power_of_two(int n) {
  return from_bits(uint64_t(n + exponent_bias) << 52);
}

/// x * 2^n for n in [-2100, 2100], rounded once where the result is normal.
inline double scaled(double x, int n) {
  for (; n > 1023; n -= 1023)
    x *= power_of_two(1023);
  for (; n < -969; n += 969) // Keeps the last step the only one that rounds.
    x *= power_of_two(-969);
  return x * power_of_two(n);
}

/// The nearest whole number, halves to even, for |x| < 2^51.
inline double nearest(double x) {
  constexpr double shift = 0x1.8p52;
  return (x + shift) - shift;
}

} // namespace landfall::device_math
