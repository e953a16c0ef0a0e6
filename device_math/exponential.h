//===- exponential.h - exp and log in extended precision --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Results are pairs with relative errors of at most 2^-63, for the functions
// that are computed from them (pow, sinh, ...).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "device_math/double_bits.h"
#include "device_math/pair.h"

namespace landfall::device_math {

/// value * 2^exponent, with value in [0.7, 1.42].
struct ScaledPair {
  Pair value;
  int exponent;
};

/// e^x for |x| < 1500.
ScaledPair exp_pair(Pair x);
/// The natural logarithm of x > 0, finite.
Pair log_pair(Pair x);

} // namespace landfall::device_math
