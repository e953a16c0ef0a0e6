//===- scalar_code.h - Scalar operations as code ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// Emits one operation of package/scalar_op.def on values in register form (see
/// lanes.h): all scalars, or all vectors with the same lane count. `operand` is
/// the element type of the arguments. Total, as the table specifies.
llvm::Value *emit_scalar_op(LaneCode &code, ScalarOp op, DType result,
                            DType operand, llvm::ArrayRef<llvm::Value *> args);

} // namespace landfall::kernels
