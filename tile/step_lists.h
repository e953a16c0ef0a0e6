//===- step_lists.h - In which order arrays are computed -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/tile_plan.h"

namespace landfall::tile {

/// The arrays of a block whose nodes are classified, in order, each with what
/// it uses last. `left_out` is no step: the inner loop of a reduction.
std::vector<Step> list_steps(const TilePlan &plan, const Block &block,
                             NodeId left_out = no_node);

/// Finds on which variables each value depends (TilePlan::uses).
void find_uses(TilePlan &plan);

} // namespace landfall::tile
