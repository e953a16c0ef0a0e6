//===- describe.h - Compute operations to kernel descriptions --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"
#include "package/kernel.h"

namespace landfall::ir {

/// A kernel description, and the operands and sizes to launch it with.
struct Description {
  Kernel kernel;
  llvm::SmallVector<mlir::Value> inputs; ///< Operands before the written ones.
  std::vector<Size> sizes;               ///< The run-time size parameters.
};

/// The kernel description of an `lf.map`, `lf.contract` or `lf.parallel`.
/// Extents become size parameters, so that operations of equal structure and
/// different shapes share a kernel. Short constant fold extents (windows) and
/// extents of 1 stay constants, as they allow better code.
Description describe(Module::Impl &module, mlir::Operation *compute);

/// Whether the operation is one of the three.
bool is_compute(mlir::Operation *op);

} // namespace landfall::ir
