//===- evaluate_real.cpp - Scalar operations on reals ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/evaluate.h"

#include <cmath>

namespace landfall {
namespace {

using Function = Operation::Function;
using Value = ScalarValue;

double floor_mod(double a, double b) {
  double rest = std::fmod(a, b);
  if (rest == 0)
    return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

/// NaN if either is; -0 is below +0.
double least(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b)
    return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

double greatest(double a, double b) { return -least(-a, -b); }

double sign(double a) {
  if (std::isnan(a))
    return a;
  return double(a > 0) - double(a < 0);
}

template <typename Rounding, auto F>
Value unary(const Operation &o, Value a, Value, Value) {
  return real_value(Rounding::round(o.type, F(a.d)));
}

template <typename Rounding, auto F>
Value binary(const Operation &o, Value a, Value b, Value) {
  return real_value(Rounding::round(o.type, F(a.d, b.d)));
}

template <auto F> Value test(const Operation &, Value a, Value b, Value) {
  return integer_value(F(a.d, b.d));
}

/// a*b is exact in double for f32, but adding c there would round twice.
template <typename Rounding>
Value fused(const Operation &o, Value a, Value b, Value c) {
  return real_value(Rounding::round(
      o.type, double(std::fma(float(a.d), float(b.d), float(c.d)))));
}

template <>
Value fused<RoundNothing>(const Operation &, Value a, Value b, Value c) {
  return real_value(std::fma(a.d, b.d, c.d));
}

Function test_function(ScalarOp op) {
  switch (op) {
  case ScalarOp::eq:
    return test<[](double a, double b) { return a == b; }>;
  case ScalarOp::ne:
    return test<[](double a, double b) { return a != b; }>;
  case ScalarOp::lt:
    return test<[](double a, double b) { return a < b; }>;
  case ScalarOp::le:
    return test<[](double a, double b) { return a <= b; }>;
  default:
    return nullptr;
  }
}

template <typename R> Function arithmetic_function(ScalarOp op) {
  switch (op) {
  case ScalarOp::add:
    return binary<R, [](double a, double b) { return a + b; }>;
  case ScalarOp::sub:
    return binary<R, [](double a, double b) { return a - b; }>;
  case ScalarOp::mul:
    return binary<R, [](double a, double b) { return a * b; }>;
  case ScalarOp::div:
    return binary<R, [](double a, double b) { return a / b; }>;
  case ScalarOp::mod:
    return binary<R, floor_mod>;
  case ScalarOp::fmod:
    return binary<R, [](double a, double b) { return std::fmod(a, b); }>;
  case ScalarOp::pow:
    return binary<R, [](double a, double b) { return std::pow(a, b); }>;
  case ScalarOp::min:
    return binary<R, least>;
  case ScalarOp::max:
    return binary<R, greatest>;
  case ScalarOp::fma:
    return fused<R>;
  case ScalarOp::neg:
    return unary<R, [](double a) { return -a; }>;
  case ScalarOp::abs:
    return unary<R, [](double a) { return std::fabs(a); }>;
  case ScalarOp::sign:
    return unary<R, sign>;
  case ScalarOp::floor:
    return unary<R, [](double a) { return std::floor(a); }>;
  case ScalarOp::ceil:
    return unary<R, [](double a) { return std::ceil(a); }>;
  case ScalarOp::round:
    return unary<R, [](double a) { return __builtin_roundeven(a); }>;
  case ScalarOp::trunc:
    return unary<R, [](double a) { return std::trunc(a); }>;
  case ScalarOp::sqrt:
    return unary<R, [](double a) { return std::sqrt(a); }>;
  default:
    return test_function(op);
  }
}

template <typename R> Function elementary_function(ScalarOp op) {
  switch (op) {
#define ELEMENTARY(id)                                                         \
  case ScalarOp::id:                                                           \
    return unary<R, [](double a) { return std::id(a); }>;
    ELEMENTARY(exp)
    ELEMENTARY(log)
    ELEMENTARY(sin)
    ELEMENTARY(cos)
    ELEMENTARY(tan)
    ELEMENTARY(asin)
    ELEMENTARY(acos)
    ELEMENTARY(atan)
    ELEMENTARY(sinh)
    ELEMENTARY(cosh)
    ELEMENTARY(tanh)
    ELEMENTARY(asinh)
    ELEMENTARY(acosh)
    ELEMENTARY(atanh)
    ELEMENTARY(erf)
    ELEMENTARY(log1p)
#undef ELEMENTARY
  default:
    return arithmetic_function<R>(op);
  }
}

} // namespace

Function real_function(ScalarOp op, DType type, Precision precision) {
  if (precision == Precision::high || type == DType::f64)
    return elementary_function<RoundNothing>(op);
  if (type == DType::f32)
    return elementary_function<RoundToFloat>(op);
  return elementary_function<RoundThroughFloat>(op);
}

} // namespace landfall
