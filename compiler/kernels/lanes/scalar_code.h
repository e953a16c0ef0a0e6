//===- scalar_code.h - Scalar operations as code ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// One operation of package/scalar_op.def on register values (see lanes.h), all
/// scalars or all vectors of one lane count. Total, as the table says.
llvm::Value *emit_scalar_op(LaneCode &code, ScalarOp op, DType result,
                            DType operand, llvm::ArrayRef<llvm::Value *> args);

} // namespace landfall::kernels
