//===- lane_integer.h - Total integer arithmetic in code -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// Keeps an i8 that holds a sub-byte integer wrapped to its width; others pass.
llvm::Value *emit_wrap(LaneCode &code, DType type, llvm::Value *x);

/// One operation on integers or bools of `type` (result and operands), or a
/// comparison of them. Null for operations that integers do not have.
llvm::Value *emit_integer_op(LaneCode &code, ScalarOp op, DType type,
                             llvm::ArrayRef<llvm::Value *> args);

} // namespace landfall::kernels
