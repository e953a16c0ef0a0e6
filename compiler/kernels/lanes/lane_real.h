//===- lane_real.h - Real arithmetic in code -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// Emits an operation on f32 or f64 values (result of the same type), or a
/// comparison of them (result i1). Null if reals have no such operation.
llvm::Value *emit_real_op(LaneCode &code, ScalarOp op,
                          llvm::ArrayRef<llvm::Value *> args);

} // namespace landfall::kernels
