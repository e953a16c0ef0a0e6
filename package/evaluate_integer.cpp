//===- evaluate_integer.cpp - Scalar operations on integers and bool ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/evaluate.h"

#include <limits>
#include <type_traits>

namespace landfall {
namespace {

using Function = Operation::Function;
using Value = ScalarValue;

struct WrapNothing {
  static int64_t wrap(DType, int64_t value) { return value; }
};
struct WrapToType {
  static int64_t wrap(DType type, int64_t value) {
    return wrap_integer(type, value);
  }
};

template <typename T> T quotient(T a, T b) {
  if (b == 0)
    return 0;
  if (std::is_signed_v<T> && b == T(-1))
    return T(-uint64_t(a)); // MIN / -1 wraps to MIN.
  return a / b;
}

template <typename T> T remainder(T a, T b) {
  if (b == 0 || (std::is_signed_v<T> && b == T(-1)))
    return 0;
  return a % b;
}

template <typename T> T floor_mod(T a, T b) {
  T rest = remainder(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <typename T> T power(T base, T exponent) {
  if (exponent < 0) {
    bool odd = exponent & 1;
    return base == 1 ? T(1) : base == T(-1) ? (odd ? T(-1) : T(1)) : T(0);
  }
  uint64_t result = 1, square = uint64_t(base);
  for (uint64_t left = uint64_t(exponent); left; left >>= 1) {
    if (left & 1)
      result *= square;
    square *= square;
  }
  return T(result);
}

/// Amounts of the width and more (negative ones count as huge) shift
/// everything out.
int64_t shift_left(const Operation &o, int64_t a, int64_t amount) {
  uint64_t places = uint64_t(amount);
  return places >= info(o.type).bits ? 0 : int64_t(uint64_t(a) << places);
}

template <typename T> T shift_right(const Operation &o, T a, T amount) {
  uint64_t places = uint64_t(amount);
  if (places >= info(o.type).bits)
    return a < 0 ? T(-1) : T(0);
  return a >> places;
}

template <typename T, typename Wrap, auto F>
Value binary(const Operation &o, Value a, Value b, Value) {
  return integer_value(Wrap::wrap(o.type, int64_t(F(T(a.i), T(b.i)))));
}

template <typename Wrap, auto F>
Value shift(const Operation &o, Value a, Value b, Value) {
  return integer_value(Wrap::wrap(o.type, int64_t(F(o, a.i, b.i))));
}

template <typename T, typename Wrap, auto F>
Value unary(const Operation &o, Value a, Value, Value) {
  return integer_value(Wrap::wrap(o.type, int64_t(F(T(a.i)))));
}

template <typename T, auto F>
Value test(const Operation &, Value a, Value b, Value) {
  return integer_value(F(T(a.i), T(b.i)));
}

/// Operations that depend on signedness.
template <typename T, typename W> Function ordered_function(ScalarOp op) {
  switch (op) {
  case ScalarOp::div:
    return binary<T, W, quotient<T>>;
  case ScalarOp::mod:
    return binary<T, W, floor_mod<T>>;
  case ScalarOp::fmod:
    return binary<T, W, remainder<T>>;
  case ScalarOp::pow:
    return binary<T, W, power<T>>;
  case ScalarOp::min:
    return binary<T, W, [](T a, T b) { return a < b ? a : b; }>;
  case ScalarOp::max:
    return binary<T, W, [](T a, T b) { return a < b ? b : a; }>;
  case ScalarOp::abs:
    return unary<T, W, [](T a) { return a < 0 ? -uint64_t(a) : uint64_t(a); }>;
  case ScalarOp::sign:
    return unary<T, W, [](T a) { return int(a > 0) - int(a < 0); }>;
  case ScalarOp::shr:
    return shift<W, shift_right<T>>;
  case ScalarOp::lt:
    return test<T, [](T a, T b) { return a < b; }>;
  case ScalarOp::le:
    return test<T, [](T a, T b) { return a <= b; }>;
  default:
    return nullptr;
  }
}

/// Operations on bits alone: the same for signed and unsigned.
template <typename W> Function modular_function(ScalarOp op) {
  using T = uint64_t;
  switch (op) {
  case ScalarOp::add:
    return binary<T, W, [](T a, T b) { return a + b; }>;
  case ScalarOp::sub:
    return binary<T, W, [](T a, T b) { return a - b; }>;
  case ScalarOp::mul:
    return binary<T, W, [](T a, T b) { return a * b; }>;
  case ScalarOp::neg:
    return unary<T, W, [](T a) { return T(0) - a; }>;
  case ScalarOp::bit_and:
    return binary<T, W, [](T a, T b) { return a & b; }>;
  case ScalarOp::bit_or:
    return binary<T, W, [](T a, T b) { return a | b; }>;
  case ScalarOp::bit_xor:
    return binary<T, W, [](T a, T b) { return a ^ b; }>;
  case ScalarOp::bit_not:
    return unary<T, W, [](T a) { return ~a; }>;
  case ScalarOp::shl:
    return shift<W, shift_left>;
  case ScalarOp::eq:
    return test<T, [](T a, T b) { return a == b; }>;
  case ScalarOp::ne:
    return test<T, [](T a, T b) { return a != b; }>;
  default:
    return nullptr;
  }
}

template <typename T, typename W> Function any_function(ScalarOp op) {
  Function function = modular_function<W>(op);
  return function ? function : ordered_function<T, W>(op);
}

} // namespace

Function integer_function(ScalarOp op, DType type) {
  if (type == DType::i64)
    return any_function<int64_t, WrapNothing>(op);
  if (type == DType::u64)
    return any_function<uint64_t, WrapNothing>(op);
  return is_signed_integer(type) ? any_function<int64_t, WrapToType>(op)
                                 : any_function<uint64_t, WrapToType>(op);
}

} // namespace landfall
