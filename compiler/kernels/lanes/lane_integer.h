//===- lane_integer.h - Total integer arithmetic in code -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// For sub-byte integer types, held in i8: wraps `x` to the type's width. Other
/// types: `x`.
llvm::Value *emit_wrap(LaneCode &code, DType type, llvm::Value *x);

/// Emits an operation on integers or bools, all of type `type`, or a comparison
/// of them (result i1). Null if integers have no such operation.
llvm::Value *emit_integer_op(LaneCode &code, ScalarOp op, DType type,
                             llvm::ArrayRef<llvm::Value *> args);

} // namespace landfall::kernels
