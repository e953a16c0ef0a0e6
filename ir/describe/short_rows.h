//===- short_rows.h - Innermost extents that are constants -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::ir {

/// The index of the innermost loop of a map, if its extent is to be a constant
/// in the kernel: it is at most longest_fixed_row, and something is loaded
/// along another loop, so that generators compute the iterations side by side
/// (DepthToSpace). Otherwise null.
mlir::Value short_row_index(Module::Impl &module, mlir::Operation *compute);

} // namespace landfall::ir
