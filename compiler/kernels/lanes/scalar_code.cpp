//===- scalar_code.cpp - Scalar operations as code ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/scalar_code.h"

#include "compiler/kernels/lanes/lane_convert.h"
#include "compiler/kernels/lanes/lane_integer.h"
#include "compiler/kernels/lanes/lane_real.h"
#include "compiler/kernels/lanes/narrow_real.h"

namespace landfall::kernels {

llvm::Value *emit_scalar_op(LaneCode &c, ScalarOp op, DType result,
                            DType operand, llvm::ArrayRef<llvm::Value *> args) {
  if (op == ScalarOp::select)
    return c.b.CreateSelect(args[0], args[1], args[2]);
  if (info(op).signature == ScalarSignature::cast)
    return emit_conversion(c, op, result, operand, args[0]);
  llvm::Value *value = is_real(operand) ? emit_real_op(c, op, args)
                                        : emit_integer_op(c, op, operand, args);
  if (!value) // Not an operation on this type; the meaning says zero.
    return llvm::Constant::getNullValue(args[0]->getType());
  bool rounds =
      is_narrow_real(operand) && info(op).signature != ScalarSignature::test;
  return rounds ? emit_round_to(c, operand, value) : value;
}

} // namespace landfall::kernels
