//===- window_taps.h - Extents of windows that are constants ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::ir {

/// The indices of the reduce loops of a contraction whose extents are to be
/// constants in the kernel: those of windows, which move along an axis of a
/// factor together with a result loop that the other factor does not use, if
/// they are at most largest_kernel_constant. Padding and strides are constants,
/// too, so that kernels of other windows are seldom the same; and how far a
/// window reaches says how its image is copied.
llvm::SmallVector<mlir::Value> window_taps(Module::Impl &module,
                                           mlir::Operation *compute);

} // namespace landfall::ir
