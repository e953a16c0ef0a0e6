//===- step_lists.h - In which order arrays are computed -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/tile_plan.h"

namespace landfall::tile {

/// What computes the values of a block whose nodes are classified: the arrays
/// that they need, in order, each with what it uses last.
std::vector<Step> list_steps(const TilePlan &plan, const Block &block,
                             std::span<const NodeId> values);
/// The same of a block around the inner loop of a reduction, which is no step.
std::vector<Step> list_outer_steps(const TilePlan &plan, const Block &block,
                                   NodeId inner);

/// Finds on which variables each value depends (TilePlan::uses).
void find_uses(TilePlan &plan);

} // namespace landfall::tile
