//===- narrow_float.h - Operands of the matrix unit as floats ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Exact conversions of narrow formats to float. A signaling NaN stays
// signaling, so that the operation that uses it raises the invalid flag.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/float_math.h"

namespace landfall::riscv {

inline float from_bfloat16(uint16_t bits) {
  return from_bits<float>(uint32_t{bits} << 16);
}

/// Decodes an IEEE-style format with these exponent and fraction bits.
template <unsigned exponent_bits, unsigned fraction>
float from_narrow(uint32_t bits) {
  constexpr uint32_t all = (1u << exponent_bits) - 1;
  constexpr int bias = all >> 1;
  uint32_t sign = bits >> (exponent_bits + fraction) << 31;
  uint32_t exponent = bits >> fraction & all;
  uint32_t low = bits & ((1u << fraction) - 1);
  if (exponent == all)
    return from_bits<float>(sign | infinity_bits<float> |
                            low << (23 - fraction));
  if (exponent)
    return from_bits<float>(sign | (exponent + 127 - bias) << 23 |
                            low << (23 - fraction));
  if (!low)
    return from_bits<float>(sign);
  unsigned shift = fraction + 1 - std::bit_width(low);
  low = low << shift & ((1u << fraction) - 1);
  return from_bits<float>(sign | (128 - bias - shift) << 23 |
                          low << (23 - fraction));
}

inline float from_float16(uint16_t bits) { return from_narrow<5, 10>(bits); }
inline float from_e5m2(uint8_t bits) { return from_narrow<5, 2>(bits); }

/// E4M3: no infinities; the largest exponent encodes numbers, and one NaN.
inline float from_e4m3(uint8_t bits) {
  uint32_t size = bits & 0x7f, sign = uint32_t{bits} >> 7 << 31;
  if (size == 0x7f)
    return from_bits<float>(sign | canonical_nan<float>);
  if (size >= 0x78)
    return from_bits<float>(sign | (15 + 127 - 7) << 23 | (size & 7) << 20);
  return from_narrow<4, 3>(bits);
}

} // namespace landfall::riscv
