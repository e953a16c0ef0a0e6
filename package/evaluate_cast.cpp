//===- evaluate_cast.cpp - Conversions between scalar types ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/evaluate.h"

#include <array>
#include <limits>

namespace landfall {
namespace {

using Function = Operation::Function;
using Value = ScalarValue;

constexpr double two_to_63 = 9223372036854775808.0;

Value keep(const Operation &, Value a, Value, Value) { return a; }

Value integer_to_bool(const Operation &, Value a, Value, Value) {
  return integer_value(a.i != 0);
}

Value real_to_bool(const Operation &, Value a, Value, Value) {
  return integer_value(a.d != 0);
}

Value wrap(const Operation &o, Value a, Value, Value) {
  return integer_value(wrap_integer(o.type, a.i));
}

/// The largest value of an integer type, as the bits of int64.
uint64_t highest(DType type) {
  int bits = info(type).bits - is_signed_integer(type);
  return bits == 64 ? UINT64_MAX : (uint64_t(1) << bits) - 1;
}

/// The lowest value, which fits int64 for every type.
int64_t lowest(DType type) {
  return is_signed_integer(type) ? -int64_t(highest(type)) - 1 : 0;
}

Value clamp(const Operation &o, Value a, Value, Value) {
  bool negative = !is_unsigned_integer(o.operand_type) && a.i < 0;
  if (negative)
    return integer_value(a.i < lowest(o.type) ? lowest(o.type) : a.i);
  uint64_t limit = highest(o.type);
  return integer_value(int64_t(uint64_t(a.i) < limit ? uint64_t(a.i) : limit));
}

/// Towards zero; clamped to int64, or to uint64 above it; NaN is 0.
template <bool to_unsigned> int64_t to_integer(double value) {
  if (value != value)
    return 0;
  if (value < two_to_63)
    return value >= -two_to_63 ? int64_t(value) : INT64_MIN;
  if (!to_unsigned)
    return INT64_MAX;
  return value < 2 * two_to_63 ? int64_t(uint64_t(value)) : int64_t(UINT64_MAX);
}

Value real_to_integer(const Operation &o, Value a, Value, Value) {
  return integer_value(wrap_integer(o.type, to_integer<false>(a.d)));
}

Value real_to_u64(const Operation &, Value a, Value, Value) {
  return integer_value(to_integer<true>(a.d));
}

Value real_to_integer_clamped(const Operation &o, Value a, Value, Value) {
  if (a.d <= double(lowest(o.type)))
    return integer_value(lowest(o.type));
  if (a.d >= double(highest(o.type)))
    return integer_value(int64_t(highest(o.type)));
  return integer_value(to_integer<true>(a.d));
}

/// From integers of type T. An f32 is made in one rounding, narrower ones
/// from that f32.
template <typename T>
Value to_double(const Operation &, Value a, Value, Value) {
  return real_value(double(T(a.i)));
}
template <typename T> Value to_float(const Operation &, Value a, Value, Value) {
  return real_value(double(float(T(a.i))));
}
template <typename T, Saturation saturate>
Value to_narrow(const Operation &o, Value a, Value, Value) {
  uint32_t code = real_from_float(o.type, float(T(a.i)), saturate);
  return real_value(real_to_float(o.type, code));
}

Value real_to_float(const Operation &, Value a, Value, Value) {
  return real_value(double(float(a.d)));
}

template <Saturation saturate>
Value real_to_narrow(const Operation &o, Value a, Value, Value) {
  uint32_t code = real_from_double(o.type, a.d, saturate);
  return real_value(landfall::real_to_float(o.type, code));
}

Value reinterpret(const Operation &o, Value a, Value, Value) {
  std::array<uint8_t, 16> bytes = {};
  store_scalar(o.operand_type, bytes.data(), a);
  return load_scalar(o.type, bytes.data());
}

template <typename T>
Function integer_to_real(DType type, bool clamps, Precision precision) {
  if (is_narrow_real(type) &&
      (precision == Precision::exact || clamps || info(type).bits <= 8))
    return clamps ? to_narrow<T, Saturation::on>
                  : to_narrow<T, Saturation::off>;
  if (type == DType::f64 || precision == Precision::high)
    return to_double<T>;
  return to_float<T>;
}

/// In high precision only the casts to very small formats still round: they
/// are there to lose information (quantisation).
Function real_to_real(DType type, bool clamps, Precision precision) {
  if (type == DType::f64)
    return keep;
  if (precision == Precision::high && info(type).bits > 8)
    return keep;
  if (type == DType::f32)
    return real_to_float;
  return clamps ? real_to_narrow<Saturation::on>
                : real_to_narrow<Saturation::off>;
}

Function to_real(DType type, DType from, bool clamps, Precision precision) {
  if (is_real(from))
    return real_to_real(type, clamps, precision);
  return from == DType::u64 ? integer_to_real<uint64_t>(type, clamps, precision)
                            : integer_to_real<int64_t>(type, clamps, precision);
}

} // namespace

Function cast_function(ScalarOp op, DType type, DType from,
                       Precision precision) {
  if (op == ScalarOp::bitcast)
    return reinterpret;
  bool clamps = op == ScalarOp::cast_sat;
  if (is_real(type))
    return to_real(type, from, clamps, precision);
  if (type == DType::boolean)
    return is_real(from) ? real_to_bool : integer_to_bool;
  if (!is_real(from))
    return clamps ? clamp : wrap;
  if (clamps)
    return real_to_integer_clamped;
  return type == DType::u64 ? real_to_u64 : real_to_integer;
}

} // namespace landfall
