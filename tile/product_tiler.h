//===- product_tiler.h - Contractions, a tile at a time --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/evaluator.h"
#include "tile/tiler.h"

namespace landfall::tile {

/// Records one core's part of a contraction on the matrix unit. A tile of the
/// result is summed in the accumulator's memory, a part of the depth at a time;
/// while one part is multiplied the next one is loaded, and the body is
/// computed from the sums of the tile before. Loops have at least one
/// iteration.
void record_products(Stream &stream, Part part);

} // namespace landfall::tile
