//===- scope_planner.h - The values of one block ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/tile_plan.h"

namespace landfall::tile {

/// Finds how each of `values` is computed, and all that they need, and fills in
/// plan and scope. `scope.space` has the block's index variables;
/// parameters whose kind in the plan is `array` are arrays. Fails with the
/// reason why the chip does not compute a value: a clause to follow "because".
Status plan_scope(TilePlan &plan, const Capabilities &capabilities,
                  Scope &scope, const std::vector<NodeId> &values);

/// The indices of a load by dimension of its operand, if all are affine; else
/// nothing.
std::vector<analysis::Affine> indices_of(const Kernel &kernel,
                                         const analysis::IndexSpace &space,
                                         NodeId load);

} // namespace landfall::tile
