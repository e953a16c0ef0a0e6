//===- evaluate.h - Resolved scalar operations -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Scalar evaluation in two steps: `resolve` finds the function for an operation
// and its types once; it is then called for each point.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"

namespace landfall {

/// A scalar operation with its types decided.
struct Operation {
  using Function = ScalarValue (*)(const Operation &operation, ScalarValue a,
                                   ScalarValue b, ScalarValue c);
  Function function;
  DType type;
  DType operand_type;

  ScalarValue operator()(ScalarValue a, ScalarValue b, ScalarValue c) const {
    return function(*this, a, b, c);
  }
};

/// The function for these types. An operation that its signature forbids for
/// them (a verified kernel has none) yields zero.
Operation resolve(ScalarOp op, DType type, DType operand_type,
                  Precision precision);

/// The cases of `resolve`; null if the operation is not of that kind.
Operation::Function real_function(ScalarOp op, DType type, Precision precision);
Operation::Function integer_function(ScalarOp op, DType type);
Operation::Function cast_function(ScalarOp op, DType type, DType operand_type,
                                  Precision precision);

inline ScalarValue integer_value(int64_t value) {
  ScalarValue result;
  result.i = value;
  return result;
}

inline ScalarValue real_value(double value) {
  ScalarValue result;
  result.d = value;
  return result;
}

/// How an operation on reals rounds its result. f32 operations computed in
/// double and rounded are the f32 operations: double has more than twice the
/// bits.
struct RoundNothing {
  static double round(DType, double value) { return value; }
};
struct RoundToFloat {
  static double round(DType, double value) { return double(float(value)); }
};
struct RoundThroughFloat {
  static double round(DType type, double value) {
    return real_to_float(type,
                         real_from_float(type, float(value), Saturation::off));
  }
};

} // namespace landfall
