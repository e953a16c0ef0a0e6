//===- last_use.h - Where a value is used last -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "mlir/IR/Operation.h"

namespace landfall::compiler {

/// Whether nothing reads the value once `op` has. A value from around a branch
/// may be used for the last time in it, one from around a loop not.
bool is_last_use(mlir::Value value, mlir::Operation *op);

/// Whether no operation after `op`, in the block of both that defines the
/// value, reads it. A value that the block yields is not dead.
bool is_dead_after(mlir::Value value, mlir::Operation &op);

} // namespace landfall::compiler
