//===- describe.h - Compute operations to kernel descriptions --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"
#include "package/kernel.h"

namespace landfall::ir {

/// A kernel and what to launch it with.
struct Description {
  Kernel kernel;
  llvm::SmallVector<mlir::Value> inputs; ///< Operands before the written ones.
  std::vector<Size> sizes;               ///< The run-time size parameters.
};

/// The description of an `lf.map`, `lf.contract` or `lf.loops`. Extents become
/// size parameters, so that kernels of equal structure and different shapes are
/// the same kernel; short constant fold extents (windows) and extents of 1 stay
/// constants, because code is better when it knows them.
Description describe(Module::Impl &module, mlir::Operation *compute);

/// Whether the operation is one of the three.
bool is_compute(mlir::Operation *op);

} // namespace landfall::ir
