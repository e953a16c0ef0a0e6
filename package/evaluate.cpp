//===- evaluate.cpp - Scalar operations, one at a time --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/evaluate.h"

namespace landfall {
namespace {

ScalarValue zero(const Operation &, ScalarValue, ScalarValue, ScalarValue) {
  return {};
}

ScalarValue choose(const Operation &, ScalarValue condition,
                   ScalarValue if_true, ScalarValue if_false) {
  return condition.i ? if_true : if_false;
}

Operation::Function find(ScalarOp op, DType type, DType operand_type,
                         Precision precision) {
  if (info(op).signature == ScalarSignature::choose)
    return choose;
  if (info(op).signature == ScalarSignature::cast)
    return cast_function(op, type, operand_type, precision);
  return is_real(operand_type) ? real_function(op, operand_type, precision)
                               : integer_function(op, operand_type);
}

} // namespace

Operation resolve(ScalarOp op, DType type, DType operand_type,
                  Precision precision) {
  Operation::Function function = find(op, type, operand_type, precision);
  return {function ? function : zero, type, operand_type};
}

ScalarValue evaluate(ScalarOp op, DType type, DType operand_type,
                     std::span<const ScalarValue> args, Precision precision) {
  ScalarValue abc[3];
  for (size_t i = 0; i < args.size() && i < 3; ++i)
    abc[i] = args[i];
  return resolve(op, type, operand_type, precision)(abc[0], abc[1], abc[2]);
}

} // namespace landfall
