//===- compute.h - The operations that become kernels ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::ir {

/// Whether the operation is an `lf.map`, `lf.contract` or `lf.parallel`.
bool is_compute(mlir::Operation *op);

/// The compute operation that contains the load.
mlir::Operation *compute_of(lf::LoadOp load);

/// Whether the load is the number of a graph loop's iteration, which a kernel
/// gets as a parameter.
bool reads_iteration(lf::LoadOp load);

/// Whether the tensor is a constant of the model, or one reshaped.
bool is_weight(mlir::Value tensor);

} // namespace landfall::ir
