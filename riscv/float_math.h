//===- float_math.h - IEEE arithmetic as RISC-V has it ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Floating-point arithmetic for scalar and vector instructions. It uses the
// host's arithmetic and exception flags (host_float.h). Operations that the
// host defines differently (comparisons, minima, conversions to integers)
// compute on bits and return their flags in `flags`.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/host_float.h"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace landfall::riscv {

template <typename F>
using Bits = std::conditional_t<sizeof(F) == 4, uint32_t, uint64_t>;

template <typename F>
constexpr unsigned fraction_bits = sizeof(F) == 4 ? 23 : 52;
template <typename F>
constexpr Bits<F> sign_bit = Bits<F>{1} << (sizeof(F) * 8 - 1);
template <typename F>
constexpr Bits<F> infinity_bits =
    (sign_bit<F> - 1) >> fraction_bits<F> << fraction_bits<F>;
template <typename F>
constexpr Bits<F> quiet_bit = Bits<F>{1} << (fraction_bits<F> - 1);
template <typename F>
constexpr Bits<F> canonical_nan = infinity_bits<F> | quiet_bit<F>;

template <typename F> Bits<F> to_bits(F value) {
  return std::bit_cast<Bits<F>>(value);
}
template <typename F> F from_bits(Bits<F> bits) {
  return std::bit_cast<F>(bits);
}
template <typename F> bool is_nan(F value) {
  return (to_bits(value) & ~sign_bit<F>) > infinity_bits<F>;
}
template <typename F> bool is_signaling(F value) {
  return is_nan(value) && !(to_bits(value) & quiet_bit<F>);
}

/// Replaces any NaN by the canonical NaN.
template <typename F> F canonical(F value) {
  return is_nan(value) ? from_bits<F>(canonical_nan<F>) : value;
}

/// An integer with the order of the floating-point values (not NaN), -0 < +0.
template <typename F> std::make_signed_t<Bits<F>> order(F value) {
  auto bits = static_cast<std::make_signed_t<Bits<F>>>(to_bits(value));
  return bits < 0
             ? static_cast<std::make_signed_t<Bits<F>>>(~(bits & ~sign_bit<F>))
             : bits;
}

template <typename F> bool is_zero(F value) {
  return (to_bits(value) & ~sign_bit<F>) == 0;
}

template <typename F> bool equal(F a, F b, uint32_t &flags) {
  if (is_signaling(a) || is_signaling(b))
    flags |= flag_invalid;
  if (is_nan(a) || is_nan(b))
    return false;
  return to_bits(a) == to_bits(b) || (is_zero(a) && is_zero(b));
}

template <typename F> bool less(F a, F b, uint32_t &flags) {
  if (is_nan(a) || is_nan(b)) {
    flags |= flag_invalid;
    return false;
  }
  return order(a) < order(b) && !(is_zero(a) && is_zero(b));
}

template <typename F> bool less_equal(F a, F b, uint32_t &flags) {
  if (is_nan(a) || is_nan(b)) {
    flags |= flag_invalid;
    return false;
  }
  return order(a) <= order(b) || (is_zero(a) && is_zero(b));
}

template <typename F> F minimum(F a, F b, uint32_t &flags) {
  if (is_signaling(a) || is_signaling(b))
    flags |= flag_invalid;
  if (is_nan(a))
    return is_nan(b) ? from_bits<F>(canonical_nan<F>) : b;
  return is_nan(b) || order(a) < order(b) ? a : b;
}

template <typename F> F maximum(F a, F b, uint32_t &flags) {
  if (is_signaling(a) || is_signaling(b))
    flags |= flag_invalid;
  if (is_nan(a))
    return is_nan(b) ? from_bits<F>(canonical_nan<F>) : b;
  return is_nan(b) || order(a) > order(b) ? a : b;
}

/// The result of fclass.
template <typename F> uint32_t classify(F value) {
  bool negative = to_bits(value) & sign_bit<F>;
  Bits<F> size = to_bits(value) & ~sign_bit<F>;
  if (size > infinity_bits<F>)
    return size & quiet_bit<F> ? 1 << 9 : 1 << 8;
  if (size == infinity_bits<F>)
    return negative ? 1 << 0 : 1 << 7;
  if (size == 0)
    return negative ? 1 << 3 : 1 << 4;
  if (size >> fraction_bits<F> == 0)
    return negative ? 1 << 2 : 1 << 5;
  return negative ? 1 << 1 : 1 << 6;
}

/// inf * 0 + NaN raises the invalid flag in RISC-V; hosts differ.
template <typename F> uint32_t fused_flags(F a, F b, F c) {
  bool indefinite =
      (is_zero(a) && std::isinf(b)) || (is_zero(b) && std::isinf(a));
  return indefinite && is_nan(c) ? flag_invalid : 0;
}

template <typename F> F round_to_integral(F value, uint32_t mode) {
  switch (mode) {
  case round_to_zero:
    return std::trunc(value);
  case round_down:
    return std::floor(value);
  case round_up:
    return std::ceil(value);
  case round_away:
    return std::round(value);
  default:
    return __builtin_roundeven(value);
  }
}

/// A compiler barrier for a value: it is computed neither before nor after this
/// point, and not at compile time.
template <typename F> F pinned(F value) {
  asm volatile("" : "+x"(value)::"memory");
  return value;
}

/// Integer to floating point in the host's rounding mode. The host's conversion
/// of an unsigned 0 may give -0 when rounding down; this gives +0.
template <typename F, typename T> F from_number(T value) {
  auto made = static_cast<F>(value);
  if constexpr (std::is_unsigned_v<T> && sizeof(T) >= 4)
    return value ? pinned(made) : F{0};
  return made;
}

/// The magnitude of an integral value below 2^64. Computed on bits, as the
/// host's conversions may raise flags.
template <typename F> uint64_t magnitude(F whole) {
  constexpr int bits = fraction_bits<F>;
  Bits<F> size = to_bits(whole) & ~sign_bit<F>;
  int exponent = static_cast<int>(size >> bits) - (sizeof(F) == 4 ? 127 : 1023);
  if (exponent < 0)
    return 0;
  uint64_t fraction = (size & ((Bits<F>{1} << bits) - 1)) | Bits<F>{1} << bits;
  return exponent < bits ? fraction >> (bits - exponent)
                         : fraction << (exponent - bits);
}

/// Floating point to integer with saturation; NaN gives the largest value.
template <typename I, typename F>
I to_integer(F value, uint32_t mode, uint32_t &flags) {
  using Limits = std::numeric_limits<I>;
  // 2^digits, the first value that is too great.
  const F beyond = std::ldexp(F{1}, Limits::digits);
  if (is_nan(value)) {
    flags |= flag_invalid;
    return Limits::max();
  }
  F rounded = round_to_integral(value, mode);
  if (rounded >= beyond || rounded < (Limits::is_signed ? -beyond : F{0})) {
    flags |= flag_invalid;
    return rounded < 0 ? Limits::min() : Limits::max();
  }
  if (rounded != value)
    flags |= flag_inexact;
  uint64_t size = magnitude(rounded);
  return static_cast<I>(rounded < 0 ? 0 - size : size);
}

} // namespace landfall::riscv
