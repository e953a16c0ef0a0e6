//===- fold_constants.h - Compute operations on constants -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

#include <optional>
#include <vector>

namespace landfall::ir {

/// Folds a compute op whose inputs are all constants, by the interpreter, if it
/// is cheap.
std::optional<std::vector<ConstantData>>
fold_constants(Module::Impl &module, mlir::Operation *compute);

/// Whether a compute op makes reals of many integers of at most 8 bits, point
/// by point: weights that are dequantised. What uses them may want the integers
/// instead, so they are not folded while the graph is built, but by
/// compiler/passes/fold_weights.h, if they are still used.
bool dequantises_weights(Module::Impl &module, mlir::Operation *compute);

} // namespace landfall::ir
