//===- fold_placement.h - Where folds run after fusion ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The loop generator computes each value in the outermost loop that its
// operands allow: the mean of a row once a row, not once an element. A fold
// that moves with its map into a consumer keeps that only if the loops there
// allow it too.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Whether the map's body has folds that are worth a store and a load.
bool has_folds(lf::MapOp map, ir::Module::Impl &module);

/// Whether each fold in the producer's body, placed at a load of its result,
/// would run once for each value that it gives, and not again in a loop that it
/// does not depend on.
bool folds_run_once(lf::MapOp producer, lf::LoadOp load,
                    ir::Module::Impl &module);

/// Moves folds out of folds that they do not depend on, and what their operands
/// are computed from.
void hoist_folds(ir::Module::Impl &module);

} // namespace landfall::compiler
