//===- exponential.h - Powers of e and logarithms, exactly ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Results as pairs, good to 2^-63 or better, for the functions made of them.
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
