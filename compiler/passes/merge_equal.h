//===- merge_equal.h - Common subexpressions --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Merges equal operations of graphs and bodies: of several that are equal, and
/// of which the first dominates the others, the first is kept. Operations with
/// regions are equal if their regions are. What has side effects, and loads
/// from buffers that stores may change, stay.
///
/// MLIR's own pass hashes an operation without its regions, so that all maps of
/// one shape collide, and looks for writes between two loads; both make it
/// quadratic in the size of a model. Here the work is linear.
void merge_equal(ir::Module::Impl &module);

} // namespace landfall::compiler
