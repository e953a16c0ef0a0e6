//===- body_tiler.h - Results, a tile at a time ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/evaluator.h"

namespace landfall::tile {

/// Called for each tile before its values are computed: gives the evaluator the
/// body's array parameters.
using PrepareTile = std::function<void(const Region &tile, Evaluator &)>;

/// Computes the body for a box of the parallel loops, in tiles of at most
/// `Stream::points` points, and stores the results. `box` has all variables of
/// the body's scope.
void tile_body(Stream &stream, const Region &box, const PrepareTile &prepare);

} // namespace landfall::tile
