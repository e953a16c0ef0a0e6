//===- vector_estimate.cpp - Reciprocals to seven bits ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// vfrec7 and vfrsqrt7: the fraction's leading bits choose a seven-bit result,
// that of the middle of their interval.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_float.h"

using namespace landfall::riscv;

namespace {

/// 128 * (2 / x - 1) rounded, x = 1 + (index + 1/2) / 128.
uint32_t reciprocal_fraction(uint32_t index) {
  uint32_t x = 257 + 2 * index; // In units of 1/256.
  return (256 * (512 - x) + x) / (2 * x);
}

/// 128 * (2 / sqrt(x) - 1) rounded; x = 1 + (index + 1/2) / 64, or twice that.
uint32_t root_fraction(uint32_t index, bool is_doubled) {
  uint64_t x = uint64_t{129 + 2 * index} << is_doubled; // In units of 1/128.
  uint32_t fraction = 0;
  while (fraction < 127 &&
         uint64_t{257 + 2 * fraction} * uint64_t{257 + 2 * fraction} * x <=
             (uint64_t{4} << 16) * 128)
    ++fraction;
  return fraction;
}

/// A number other than 0 as exponent (biased) and fraction of a normal one; a
/// subnormal's exponent is 0 or less.
template <typename F> struct Normal {
  int exponent;
  Bits<F> fraction;

  explicit Normal(F value) {
    constexpr unsigned bits = fraction_bits<F>;
    fraction = to_bits(value) & ((Bits<F>{1} << bits) - 1);
    exponent = (to_bits(value) & ~sign_bit<F>) >> bits;
    if (exponent)
      return;
    unsigned shift = bits - (std::bit_width(fraction) - 1);
    exponent = 1 - static_cast<int>(shift);
    fraction = fraction << shift & ((Bits<F>{1} << bits) - 1);
  }
};

template <typename F>
constexpr int bias = (1 << (sizeof(F) * 8 - 2 - fraction_bits<F>)) - 1;

template <typename F> F reciprocal(F value, uint32_t mode, uint32_t &flags) {
  Bits<F> sign = to_bits(value) & sign_bit<F>;
  if (is_nan(value)) {
    flags |= is_signaling(value) ? flag_invalid : 0;
    return from_bits<F>(canonical_nan<F>);
  }
  if (std::isinf(value))
    return from_bits<F>(sign);
  if (is_zero(value)) {
    flags |= flag_divide;
    return from_bits<F>(sign | infinity_bits<F>);
  }
  Normal<F> number(value);
  if (number.exponent < -1) {
    flags |= flag_overflow | flag_inexact;
    bool is_finite = mode == round_to_zero || (mode == round_down && !sign) ||
                     (mode == round_up && sign);
    return from_bits<F>(sign | (infinity_bits<F> - is_finite));
  }
  constexpr unsigned bits = fraction_bits<F>;
  int exponent = 2 * bias<F> - 1 - number.exponent;
  Bits<F> fraction = Bits<F>{reciprocal_fraction(number.fraction >> (bits - 7))}
                     << (bits - 7);
  if (exponent <= 0) { // Subnormal: the leading one is written out.
    fraction = (fraction | Bits<F>{1} << bits) >> (1 - exponent);
    exponent = 0;
  }
  return from_bits<F>(sign | static_cast<Bits<F>>(exponent) << bits | fraction);
}

template <typename F> F reciprocal_root(F value, uint32_t &flags) {
  Bits<F> sign = to_bits(value) & sign_bit<F>;
  if (is_zero(value)) {
    flags |= flag_divide;
    return from_bits<F>(sign | infinity_bits<F>);
  }
  if (is_nan(value) || sign) {
    flags |= !is_nan(value) || is_signaling(value) ? flag_invalid : 0;
    return from_bits<F>(canonical_nan<F>);
  }
  if (std::isinf(value))
    return F{0};
  Normal<F> number(value);
  constexpr unsigned bits = fraction_bits<F>;
  bool is_doubled = (number.exponent & 1) == 0;
  Bits<F> fraction =
      Bits<F>{root_fraction(number.fraction >> (bits - 6), is_doubled)}
      << (bits - 7);
  Bits<F> exponent = (3 * bias<F> - 1 - number.exponent) / 2;
  return from_bits<F>(exponent << bits | fraction);
}

} // namespace

void landfall::riscv::execute_vfrec7_v(Core &core, const Instruction &in) {
  if (check_float(core))
    with_float(core, [&]<typename F>(F) {
      float_unary<F, F>(core, in, 0, 0, [&](F value, uint32_t &flags) {
        return reciprocal(value, core.frm, flags);
      });
    });
}

void landfall::riscv::execute_vfrsqrt7_v(Core &core, const Instruction &in) {
  if (check_float(core))
    with_float(core, [&]<typename F>(F) {
      float_unary<F, F>(core, in, 0, 0, [](F value, uint32_t &flags) {
        return reciprocal_root(value, flags);
      });
    });
}
