//===- regions.h - Boxes of points, cut into tiles -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/emitter.h"
#include "tile/launch.h"

namespace landfall::tile {

/// Sets the variables, outermost first, to the first tile of at most so many
/// points: inner variables are whole before outer ones have more than one.
void cut_region(Region &region, std::span<const uint32_t> variables,
                std::span<const int64_t> extents, int64_t points);

/// The number of tiles of `sizes` in a box of `extents`.
int64_t tile_count(std::span<const int64_t> extents,
                   std::span<const int64_t> sizes);

/// Sets the variables to tile number `tile` of these; the outermost varies
/// slowest.
void set_tile(Region &region, std::span<const uint32_t> variables,
              std::span<const int64_t> extents, std::span<const int64_t> sizes,
              int64_t tile);

/// Visits all tiles, until a visit returns false.
void for_each_tile(Region &region, std::span<const uint32_t> variables,
                   std::span<const int64_t> extents,
                   std::span<const int64_t> sizes,
                   const std::function<bool()> &visit);

/// The part of a core: whole tiles of one size, which is the same for all cores
/// whatever tiles they compute them in.
struct Share {
  std::vector<int64_t> sizes; ///< Of each tile, by variable.
  int64_t first = 0, end = 0; ///< Numbers of tiles.
};
Share share_of(std::span<const int64_t> extents, int64_t points, int core,
               int cores);

/// The order of a scope's variables in arrays, outermost first: the parallel
/// loops, then folds, but before the loops those folds along which loads have
/// longer strides than along the loops, and those shorter than a vector of
/// `lanes` elements.
std::vector<uint32_t> order_of(const Launch &launch, const Scope &scope,
                               int64_t lanes);

} // namespace landfall::tile
