//===- inverse_circular.cpp - asin, acos, atan ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "device_math/device_math.h"
#include "device_math/double_bits.h"
#include "device_math/pair.h"

namespace landfall::device_math {

namespace {

constexpr Pair half_pi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
constexpr Pair pi = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};

/// atan(k / 8)
constexpr Pair arcs[] = {
    {0x0.0p+0, 0x0.0p+0},
    {0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
    {0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
    {0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
    {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
    {0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
    {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
    {0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
    {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},
};

/// For a in [0, 1]: atan a = atan c + atan((a - c) / (1 + a c)), with the
/// nearest c = k / 8, and Taylor's series for the rest, at most 1 / 16.
Pair arc_within_one(Pair a) {
  double k = nearest(a.high * 8);
  double c = k / 8;
  Pair t = quotient(sum(a, -c), sum(product(a, c), 1));
  double z = t.high * t.high;
  double tail = polynomial(z, {-1. / 3, 1. / 5, -1. / 7, 1. / 9, -1. / 11,
                               1. / 13, -1. / 15, 1. / 17});
  Pair arc = sum(t, Pair{t.high * z * tail});
  return sum(arcs[int(k)], arc);
}

/// atan(y / x) for y >= 0, x >= 0, not both 0.
Pair arc(Pair y, Pair x) {
  if (y.high <= x.high)
    return arc_within_one(quotient(y, x));
  return sum(half_pi, negated(arc_within_one(quotient(x, y))));
}

} // namespace

double atan(double x) {
  double a = magnitude(x);
  if (is_nan(x) || a < 0x1p-27)
    return x;
  if (a > 0x1p60)
    return with_sign(half_pi.high, x);
  return with_sign(arc({a}, {1}).rounded(), x);
}

/// atan(x / sqrt((1 - x) (1 + x)))
double asin(double x) {
  double a = magnitude(x);
  if (is_nan(x) || a > 1)
    return is_nan(x) ? x : not_a_number;
  if (a < 0x1p-27)
    return x;
  Pair root = square_root(product(exact_sum(1, -a), exact_sum(1, a)));
  return with_sign(arc({a}, root).rounded(), x);
}

/// The angle between the axis and (x, sqrt((1 - x) (1 + x))).
double acos(double x) {
  double a = magnitude(x);
  if (is_nan(x) || a > 1)
    return is_nan(x) ? x : not_a_number;
  Pair root = square_root(product(exact_sum(1, -a), exact_sum(1, a)));
  Pair angle = arc(root, {a});
  return (x < 0 ? sum(pi, negated(angle)) : angle).rounded();
}

} // namespace landfall::device_math
