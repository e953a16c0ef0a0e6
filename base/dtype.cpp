//===- dtype.cpp - Element types and bit-exact conversions ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/dtype.h"

#include <array>
#include <bit>
#include <cassert>

namespace landfall {
namespace {

constexpr std::array<DTypeInfo, 26> dtype_table = {{
#define DTYPE(id, name, bytes, bits, kind, onnx)                               \
  DTypeInfo{name, bytes, bits, DTypeKind::kind, onnx},
#include "base/dtype.def"
}};

/// The meaning of the encodings that are not finite numbers.
enum class Specials {
  ieee,          ///< Largest exponent: infinity, NaNs.
  finite,        ///< No infinity; all ones is NaN (E4M3FN).
  unsigned_zero, ///< No infinity, no -0; the code of -0 is the NaN (FNUZ).
  none,          ///< Numbers only (E2M1).
};

struct Format {
  int exponent_bits;
  int mantissa_bits;
  int bias;
  Specials specials;

  constexpr int sign_shift() const { return exponent_bits + mantissa_bits; }
  constexpr uint32_t magnitude_mask() const {
    return (uint32_t(1) << sign_shift()) - 1;
  }
  constexpr uint32_t infinity() const {
    return magnitude_mask() ^ ((uint32_t(1) << mantissa_bits) - 1);
  }
  constexpr uint32_t largest_finite() const {
    switch (specials) {
    case Specials::ieee:
      return infinity() - 1;
    case Specials::finite:
      return magnitude_mask() - 1;
    case Specials::unsigned_zero:
    case Specials::none:
      return magnitude_mask();
    }
    return 0;
  }
};

constexpr Format format_of(DType type) {
  switch (type) {
  case DType::f16:
    return {5, 10, 15, Specials::ieee};
  case DType::bf16:
    return {8, 7, 127, Specials::ieee};
  case DType::f8e4m3fn:
    return {4, 3, 7, Specials::finite};
  case DType::f8e4m3fnuz:
    return {4, 3, 8, Specials::unsigned_zero};
  case DType::f8e5m2:
    return {5, 2, 15, Specials::ieee};
  case DType::f8e5m2fnuz:
    return {5, 2, 16, Specials::unsigned_zero};
  case DType::f4e2m1:
    return {2, 1, 1, Specials::none};
  default:
    return {8, 23, 127, Specials::ieee};
  }
}

constexpr int double_mantissa_bits = 52;
constexpr int double_bias = 1023;
constexpr uint64_t double_mantissa_mask =
    (uint64_t(1) << double_mantissa_bits) - 1;
constexpr uint64_t double_quiet_nan = uint64_t(0x7ff8) << 48;

double power_of_two(int exponent) {
  return std::bit_cast<double>(uint64_t(exponent + double_bias)
                               << double_mantissa_bits);
}

bool is_nan_code(const Format &format, uint32_t sign, uint32_t magnitude) {
  switch (format.specials) {
  case Specials::ieee:
    return magnitude > format.infinity();
  case Specials::finite:
    return magnitude == format.magnitude_mask();
  case Specials::unsigned_zero:
    return sign && magnitude == 0;
  case Specials::none:
    return false;
  }
  return false;
}

double decode(const Format &format, uint32_t bits) {
  uint32_t magnitude = bits & format.magnitude_mask();
  uint32_t sign = (bits >> format.sign_shift()) & 1;
  uint64_t sign_bit = uint64_t(sign) << 63;
  int mantissa_bits = format.mantissa_bits;
  uint64_t mantissa = magnitude & ((uint32_t(1) << mantissa_bits) - 1);
  uint64_t aligned = mantissa << (double_mantissa_bits - mantissa_bits);
  if (is_nan_code(format, sign, magnitude))
    return std::bit_cast<double>(sign_bit | double_quiet_nan | aligned);
  if (format.specials == Specials::ieee && magnitude == format.infinity())
    return std::bit_cast<double>(sign_bit | (uint64_t(0x7ff) << 52));
  int64_t exponent = int64_t(magnitude >> mantissa_bits);
  if (exponent == 0) {
    double value =
        double(mantissa) * power_of_two(1 - format.bias - mantissa_bits);
    return sign ? -value : value;
  }
  uint64_t biased = uint64_t(exponent - format.bias + double_bias);
  return std::bit_cast<double>(sign_bit | (biased << double_mantissa_bits) |
                               aligned);
}

/// The code of a NaN: its sign and the leading payload bits, made quiet.
uint32_t encode_nan(const Format &format, uint64_t value_bits) {
  uint32_t sign = uint32_t(value_bits >> 63) << format.sign_shift();
  int mantissa_bits = format.mantissa_bits;
  switch (format.specials) {
  case Specials::ieee: {
    uint64_t payload = value_bits & double_mantissa_mask;
    return sign | format.infinity() | (uint32_t(1) << (mantissa_bits - 1)) |
           uint32_t(payload >> (double_mantissa_bits - mantissa_bits));
  }
  case Specials::finite:
    return sign | format.magnitude_mask();
  case Specials::unsigned_zero:
  case Specials::none: // -0, as ONNX says for FLOAT4E2M1.
    return uint32_t(1) << format.sign_shift();
  }
  return 0;
}

/// The code of a magnitude beyond the largest finite one.
uint32_t encode_overflow(const Format &format, uint32_t sign, bool saturate) {
  if (saturate || format.specials == Specials::none)
    return sign | format.largest_finite();
  switch (format.specials) {
  case Specials::ieee:
    return sign | format.infinity();
  case Specials::finite:
    return sign | format.magnitude_mask();
  default:
    return uint32_t(1) << format.sign_shift();
  }
}

/// `significand >> shift`, to nearest even.
uint64_t shift_right_to_even(uint64_t significand, int shift) {
  if (shift >= 63)
    return 0;
  uint64_t kept = significand >> shift;
  uint64_t rest = significand & ((uint64_t(1) << shift) - 1);
  uint64_t half = uint64_t(1) << (shift - 1);
  return kept + (rest > half || (rest == half && (kept & 1)));
}

uint32_t encode(const Format &format, double value, bool saturate) {
  uint64_t bits = std::bit_cast<uint64_t>(value);
  int exponent_field = int((bits >> double_mantissa_bits) & 0x7ff);
  uint64_t mantissa = bits & double_mantissa_mask;
  if (exponent_field == 0x7ff && mantissa != 0)
    return encode_nan(format, bits);
  uint32_t sign = uint32_t(bits >> 63) << format.sign_shift();
  if (exponent_field == 0x7ff)
    return encode_overflow(format, sign, saturate);

  // Below the smallest normal number the quantum stops shrinking. A double
  // subnormal is below half of every format's smallest number: zero.
  uint64_t significand = mantissa | (uint64_t(1) << double_mantissa_bits);
  int exponent = exponent_field - double_bias;
  int quantum_exponent =
      exponent < 1 - format.bias ? 1 - format.bias : exponent;
  int shift = double_mantissa_bits - format.mantissa_bits +
              (quantum_exponent - exponent);
  uint64_t rounded = shift_right_to_even(significand, shift);
  // The hidden bit, where present, carries into the exponent by the addition.
  int64_t code =
      (int64_t(quantum_exponent + format.bias - 1) << format.mantissa_bits) +
      int64_t(rounded);
  if (code > int64_t(format.largest_finite()))
    return encode_overflow(format, sign, saturate);
  if (code == 0 && format.specials == Specials::unsigned_zero)
    return 0;
  return sign | uint32_t(code);
}

/// A power of two without sign or zero: code - 127 is the exponent, 255 NaN.
/// Rounds the magnitude up, as ONNX's default does.
uint32_t encode_scale(double value, bool saturate) {
  constexpr uint32_t nan_code = 255, largest = 254;
  uint64_t bits = std::bit_cast<uint64_t>(value) << 1 >> 1;
  int exponent_field = int(bits >> double_mantissa_bits);
  if (exponent_field == 0x7ff)
    return nan_code;
  int exponent = exponent_field - double_bias;
  if (bits & double_mantissa_mask)
    ++exponent;
  if (exponent > 127)
    return saturate ? largest : nan_code;
  return exponent < -127 ? 0 : uint32_t(exponent + 127);
}

/// Saturation applies to the 8-bit formats only; wider ones follow IEEE 754.
bool clamps(DType type, Saturation saturate) {
  return saturate == Saturation::on && info(type).bits <= 8;
}

} // namespace

int dtype_count() { return int(dtype_table.size()); }

const DTypeInfo &info(DType type) { return dtype_table[size_t(type)]; }

std::optional<DType> dtype_from_onnx(int onnx) {
  for (int i = 0; i < dtype_count(); ++i)
    if (dtype_table[i].onnx == onnx)
      return DType(i);
  return std::nullopt;
}

std::optional<DType> dtype_from_name(std::string_view name) {
  for (int i = 0; i < dtype_count(); ++i)
    if (dtype_table[i].name == name)
      return DType(i);
  return std::nullopt;
}

float real_to_float(DType type, uint32_t bits) {
  assert(is_real(type) && type != DType::f64);
  switch (type) {
  case DType::f32:
    return std::bit_cast<float>(bits);
  case DType::bf16:
    return std::bit_cast<float>(bits << 16);
  case DType::f8e8m0:
    if ((bits & 255) == 255)
      return std::bit_cast<float>(uint32_t(0x7fc00000));
    return float(power_of_two(int(bits & 255) - 127));
  default:
    return float(decode(format_of(type), bits));
  }
}

uint32_t real_from_float(DType type, float value, Saturation saturate) {
  if (type == DType::f32)
    return std::bit_cast<uint32_t>(value);
  return real_from_double(type, value, saturate);
}

uint32_t real_from_double(DType type, double value, Saturation saturate) {
  assert(is_real(type) && type != DType::f64);
  if (type == DType::f32)
    return std::bit_cast<uint32_t>(float(value));
  if (type == DType::f8e8m0)
    return encode_scale(value, clamps(type, saturate));
  return encode(format_of(type), value, clamps(type, saturate));
}

int64_t wrap_integer(DType type, int64_t value) {
  int unused = 64 - info(type).bits;
  assert(unused >= 0 && unused < 64);
  uint64_t shifted = uint64_t(value) << unused;
  return is_signed_integer(type) ? int64_t(shifted) >> unused
                                 : int64_t(shifted >> unused);
}

} // namespace landfall
