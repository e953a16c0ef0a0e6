//===- describe.h - Compute operations to kernel descriptions --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"
#include "package/kernel.h"

namespace landfall::ir {

/// The longest innermost extent of a map that is a constant in its kernel.
inline constexpr int64_t longest_fixed_row = 8;

/// A kernel description, and the operands and sizes to launch it with.
struct Description {
  Kernel kernel;
  /// The tensors for the kernel's first operands; the results follow them.
  llvm::SmallVector<mlir::Value> inputs;
  std::vector<Size> sizes; ///< The values of the size parameters.
};

/// The kernel description of an `lf.map`, `lf.contract` or `lf.parallel`.
/// Extents become size parameters even if they are constants, so that
/// operations of equal structure and different shapes share a kernel. Constants
/// that allow better code remain constants: extents of 0 and 1; trip counts of
/// folds (such as pooling windows) and sizes used as scalars, up to
/// largest_kernel_constant; the innermost extent of a map up to
/// longest_fixed_row, if something is loaded along another loop; those of the
/// windows of a contraction (window_taps.h). The number of a loop's iteration
/// is a parameter, not an operand.
Description describe(Module::Impl &module, mlir::Operation *compute);

} // namespace landfall::ir
