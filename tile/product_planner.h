//===- product_planner.h - Contractions on the matrix unit -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/tile_plan.h"

namespace landfall::tile {

/// Plans a contraction's products on the matrix unit, and its epilogue. Of the
/// kinds of products that the factors' types allow, the one of most
/// multiply-adds per cycle is taken. Fails with the reason why the unit does
/// not compute it: a clause to follow "because".
Status plan_product(TilePlan &plan, const Capabilities &capabilities);

} // namespace landfall::tile
