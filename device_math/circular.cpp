//===- circular.cpp - sin, cos, tan ---------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "device_math/device_math.h"
#include "device_math/double_bits.h"
#include "device_math/pair.h"

namespace landfall::device_math {

namespace {

/// 64 zeros, then the bits of 2 / pi behind the point: enough for the largest
/// exponent and 192 bits of product.
constexpr uint64_t two_over_pi[] = {0,
                                    0xa2f9836e4e441529,
                                    0xfc2757d1f534ddc0,
                                    0xdb6295993c439041,
                                    0xfe5163abdebbc561,
                                    0xb7246e3a424dd2e0,
                                    0x06492eea09d1921c,
                                    0xfe1deb1cb129a73e,
                                    0xe88235f52ebb4484,
                                    0xe99c7026b45f7e41,
                                    0x3991d639835339f4,
                                    0x9c845f8bbdf9283b,
                                    0x1ff897ffde05980f,
                                    0xef2f118b5a0a6d1f,
                                    0x6d367ecf27cb09b7,
                                    0x4f463f669e5fea2d,
                                    0x7527bac7ebe5f17b,
                                    0x3d0739f78a5292ea,
                                    0x6bfb5fb11f8d5d08,
                                    0x56033046fc7b6bab,
                                    0xf0cfbc209af4361d};
constexpr Pair half_pi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
constexpr double quarter_pi = 0x1.921fb54442d18p-1;

/// x = quadrant * pi / 2 + angle, |angle| <= pi / 4.
struct Reduced {
  unsigned quadrant;
  Pair angle;
};

/// 64 bits of the table from bit number `at` on.
uint64_t window(int at) {
  const uint64_t *word = two_over_pi + at / 64;
  int shift = at % 64;
  return shift == 0 ? word[0] : word[0] << shift | word[1] >> (64 - shift);
}

/// A signed fraction in units of 2^-128 as a pair.
Pair from_fixed(__int128 fraction) {
  bool negative = fraction < 0;
  unsigned __int128 rest = negative ? -(unsigned __int128)fraction : fraction;
  uint64_t high = uint64_t(rest >> 64), low = uint64_t(rest);
  // Each part of 32 bits is exact as a double; the last two are the least
  // significant.
  Pair value = exact_sum(double(high >> 32) * 0x1p-32,
                         double(high & 0xffffffff) * 0x1p-64);
  value = sum(value, Pair{double(low >> 32) * 0x1p-96});
  value = sum(value, Pair{double(low & 0xffffffff) * 0x1p-128});
  return negative ? negated(value) : value;
}

/// Range reduction after Payne and Hanek (1983). For x = m 2^e, only those bits
/// of 2 / pi are used whose products with m are neither multiples of 4 nor
/// negligible. The angle has at least 66 correct bits, also for the doubles
/// closest to a multiple of pi / 2.
Reduced reduce(double a) {
  int exponent = exponent_field(a) - 1075;
  uint64_t mantissa = (bits_of(a) & mantissa_mask) | (mantissa_mask + 1);
  int first = 64 + exponent - 2;
  uint64_t w0 = window(first), w1 = window(first + 64),
           w2 = window(first + 128);
  // mantissa * w modulo 2^192, whose two highest bits count quadrants.
  using Wide = unsigned __int128;
  Wide low = Wide(mantissa) * w2;
  Wide middle = Wide(mantissa) * w1 + uint64_t(low >> 64);
  uint64_t high = mantissa * w0 + uint64_t(middle >> 64);
  Wide top = Wide(high) << 64 | uint64_t(middle);
  unsigned quadrant = unsigned(high >> 62);
  Wide fraction = top << 2 | uint64_t(low) >> 62;
  if (fraction >> 127)
    ++quadrant; // The rest is negative then.
  return {quadrant, product(from_fixed(__int128(fraction)), half_pi)};
}

/// Angle within pi / 4: x - x^3 / 6 + ... (Taylor).
Pair sine_near(Pair x) {
  double z = x.high * x.high;
  double tail =
      polynomial(z, {-1. / 6, 1. / 120, -1. / 5040, 1. / 362880, -1. / 39916800,
                     1. / 6227020800, -1. / 1307674368000, 1. / 355687428096000,
                     -1. / 121645100408832000});
  double rest = fused(x.high * z, tail, fused(-0.5 * z, x.low, x.low));
  return ordered_sum(x.high, rest);
}

Pair cosine_near(Pair x) {
  Pair square = exact_product(x.high, x.high);
  double z = square.high;
  double tail = polynomial(z, {1. / 24, -1. / 720, 1. / 40320, -1. / 3628800,
                               1. / 479001600, -1. / 87178291200,
                               1. / 20922789888000, -1. / 6402373705728000});
  Pair value = ordered_sum(1, -0.5 * z);
  double rest = fused(z * z, tail, -0.5 * square.low - x.high * x.low);
  return ordered_sum(value.high, value.low + rest);
}

Reduced reduce_any(double a) {
  return a <= quarter_pi ? Reduced{0, {a}} : reduce(a);
}

/// sin(a + quadrants * pi / 2)
double sine_from(double a, unsigned quadrants) {
  Reduced at = reduce_any(a);
  unsigned quadrant = (at.quadrant + quadrants) & 3;
  Pair value = quadrant & 1 ? cosine_near(at.angle) : sine_near(at.angle);
  return quadrant & 2 ? -value.rounded() : value.rounded();
}

} // namespace

double sin(double x) {
  double a = magnitude(x);
  if (!is_finite(x))
    return not_a_number;
  if (a < 0x1p-27)
    return x;
  double value = sine_from(a, 0);
  return is_negative(x) ? -value : value;
}

double cos(double x) {
  return is_finite(x) ? sine_from(magnitude(x), 1) : not_a_number;
}

double tan(double x) {
  double a = magnitude(x);
  if (!is_finite(x))
    return not_a_number;
  if (a < 0x1p-27)
    return x;
  Reduced at = reduce_any(a);
  Pair sine = sine_near(at.angle), cosine = cosine_near(at.angle);
  double value = at.quadrant & 1 ? -quotient(cosine, sine).rounded()
                                 : quotient(sine, cosine).rounded();
  return is_negative(x) ? -value : value;
}

} // namespace landfall::device_math
