//===- scalar_arithmetic.h - Formulas on scalars ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A part of builder.h: what the bodies of kernels are written with. Operands
// share one type.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/graph_values.h"
#include "package/kernel.h"

#include <functional>

namespace landfall::ir {

// A C++ number as an operand is converted to the other operand's type.
Scalar operator+(Scalar a, Scalar b);
Scalar operator-(Scalar a, Scalar b);
Scalar operator*(Scalar a, Scalar b);
Scalar operator/(Scalar a, Scalar b);
Scalar operator%(Scalar a, Scalar b); ///< ScalarOp::mod (floor).
Scalar operator-(Scalar a);
Scalar operator+(Scalar a, double b);
Scalar operator-(Scalar a, double b);
Scalar operator*(Scalar a, double b);
Scalar operator/(Scalar a, double b);
Scalar operator%(Scalar a, double b);
Scalar operator+(double a, Scalar b);
Scalar operator-(double a, Scalar b);
Scalar operator*(double a, Scalar b);
Scalar operator/(double a, Scalar b);
Scalar operator==(Scalar a, Scalar b);
Scalar operator!=(Scalar a, Scalar b);
Scalar operator<(Scalar a, Scalar b);
Scalar operator<=(Scalar a, Scalar b);
Scalar operator>(Scalar a, Scalar b);
Scalar operator>=(Scalar a, Scalar b);
Scalar operator==(Scalar a, double b);
Scalar operator!=(Scalar a, double b);
Scalar operator<(Scalar a, double b);
Scalar operator<=(Scalar a, double b);
Scalar operator>(Scalar a, double b);
Scalar operator>=(Scalar a, double b);
Scalar operator&(Scalar a, Scalar b);
Scalar operator|(Scalar a, Scalar b);
Scalar operator^(Scalar a, Scalar b);
Scalar operator~(Scalar a);
Scalar operator<<(Scalar a, Scalar b);
Scalar operator>>(Scalar a, Scalar b);
/// &, | and ~ on bool scalars under their usual names.
Scalar logical_and(Scalar a, Scalar b);
Scalar logical_or(Scalar a, Scalar b);
Scalar logical_not(Scalar a);

Scalar select(Scalar condition, Scalar if_true, Scalar if_false);
Scalar cast(Scalar x, DType type);          ///< ScalarOp::cast
Scalar cast_saturate(Scalar x, DType type); ///< ScalarOp::cast_sat
/// Of strings: to and from i64, the number of the text. Numbers order nothing:
/// which text has which is decided by the model and the run's inputs.
Scalar bitcast(Scalar x, DType type);
Scalar minimum(Scalar a, Scalar b);
Scalar maximum(Scalar a, Scalar b);
Scalar minimum(Scalar a, double b);
Scalar maximum(Scalar a, double b);
Scalar clamp(Scalar x, Scalar low, Scalar high);
Scalar pow(Scalar a, Scalar b);
Scalar fmod(Scalar a, Scalar b);
Scalar fma(Scalar a, Scalar b, Scalar c);
Scalar is_nan(Scalar x);
/// One-argument operations by name: abs, sign, floor, exp, ...
Scalar unary(ScalarOp op, Scalar x);
inline Scalar abs(Scalar x) { return unary(ScalarOp::abs, x); }
inline Scalar sign(Scalar x) { return unary(ScalarOp::sign, x); }
inline Scalar floor(Scalar x) { return unary(ScalarOp::floor, x); }
inline Scalar ceil(Scalar x) { return unary(ScalarOp::ceil, x); }
inline Scalar round_even(Scalar x) { return unary(ScalarOp::round, x); }
inline Scalar trunc(Scalar x) { return unary(ScalarOp::trunc, x); }
inline Scalar sqrt(Scalar x) { return unary(ScalarOp::sqrt, x); }
inline Scalar exp(Scalar x) { return unary(ScalarOp::exp, x); }
inline Scalar log(Scalar x) { return unary(ScalarOp::log, x); }
inline Scalar log1p(Scalar x) { return unary(ScalarOp::log1p, x); }
inline Scalar sin(Scalar x) { return unary(ScalarOp::sin, x); }
inline Scalar cos(Scalar x) { return unary(ScalarOp::cos, x); }
inline Scalar tanh(Scalar x) { return unary(ScalarOp::tanh, x); }
inline Scalar erf(Scalar x) { return unary(ScalarOp::erf, x); }
/// 1 / (1 + exp(-x)), stable for large |x|.
Scalar sigmoid(Scalar x);

/// Sum / max / min / product of body over `extents`, inside a body. Max and min
/// start from -inf / +inf or the type's limits.
Scalar sum(Builder &b, const Shape &extents, DType type, const PointBody &body);
Scalar max_of(Builder &b, const Shape &extents, DType type,
              const PointBody &body);
Scalar min_of(Builder &b, const Shape &extents, DType type,
              const PointBody &body);

/// The sum of term(0), ..., term(count - 1), inside a body, where few terms are
/// expected (the taps of an interpolation): of a constant number of at most 4
/// it is written out, so that no loop stands between them.
Scalar sum_of_few(Builder &b, Size count, DType type,
                  const std::function<Scalar(Scalar k)> &term);

/// The type's lowest / highest value (-inf / +inf for reals).
Scalar lowest(Builder &b, DType type);
Scalar highest(Builder &b, DType type);

} // namespace landfall::ir
