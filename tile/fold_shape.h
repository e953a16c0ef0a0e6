//===- fold_shape.h - Which folds are reductions ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/tile_plan.h"

namespace landfall::tile {

/// The fold of a loop node: `loops`, and how it reduces if it does. One whose
/// steps are no operation of the vector unit goes step by step.
FoldPlan read_fold(const Kernel &kernel, const Capabilities &capabilities,
                   NodeId loop);

/// How often a node uses another one's value, in its blocks too.
int count_uses(const Kernel &kernel, const Block &block, NodeId value);

} // namespace landfall::tile
