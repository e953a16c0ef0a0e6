//===- pair.h - Double-double arithmetic ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Numbers of about 106 bits as the unevaluated sum of two doubles, the second
// at most half a unit in the last place of the first. Sums after Knuth (TAOCP
// 2, 4.2.2) and Dekker (1971), products by fused multiply-add; products and
// quotients after Joldes, Muller and Popescu (2017), with relative errors of a
// few 2^-104.
//
//===----------------------------------------------------------------------===//
#pragma once

// The algorithms are wrong if the compiler contracts a product and a sum to
// FMA.
#pragma STDC FP_CONTRACT OFF

namespace landfall::device_math {

struct Pair {
  double high;
  double low = 0;

  double rounded() const { return high + low; }
};

inline double fused(double x, double y, double z) {
  return __builtin_fma(x, y, z);
}

/// Exact for |x| >= |y| or x = 0.
inline Pair ordered_sum(double x, double y) {
  double sum = x + y;
  return {sum, y - (sum - x)};
}
/// Exact, in any order.
inline Pair exact_sum(double x, double y) {
  double sum = x + y, part = sum - x;
  return {sum, (x - (sum - part)) + (y - part)};
}
inline Pair exact_product(double x, double y) {
  double product = x * y;
  return {product, fused(x, y, -product)};
}

inline Pair negated(Pair x) { return {-x.high, -x.low}; }
inline Pair scaled_exactly(Pair x, double power) {
  return {x.high * power, x.low * power};
}

inline Pair sum(Pair x, Pair y) {
  Pair high = exact_sum(x.high, y.high), low = exact_sum(x.low, y.low);
  Pair joined = ordered_sum(high.high, high.low + low.high);
  return ordered_sum(joined.high, joined.low + low.low);
}
inline Pair sum(Pair x, double y) { return sum(x, Pair{y}); }

inline Pair product(Pair x, Pair y) {
  Pair high = exact_product(x.high, y.high);
  double cross = fused(x.high, y.low, x.low * y.high);
  return ordered_sum(high.high, high.low + cross);
}
inline Pair product(Pair x, double y) { return product(x, Pair{y}); }

inline Pair quotient(Pair x, Pair y) {
  double first = x.high / y.high;
  Pair rest = sum(x, negated(product(y, first)));
  return ordered_sum(first, rest.high / y.high);
}

inline Pair square_root(Pair x) {
  if (x.high <= 0)
    return {0};
  double first = __builtin_sqrt(x.high);
  Pair rest = sum(x, negated(exact_product(first, first)));
  return ordered_sum(first, rest.high / (first + first));
}

/// coefficients[0] + x * (coefficients[1] + ...)
template <int count>
double polynomial(double x, const double (&coefficients)[count]) {
  double value = coefficients[count - 1];
  for (int k = count - 2; k >= 0; --k)
    value = fused(value, x, coefficients[k]);
  return value;
}

} // namespace landfall::device_math
