//===- regions.cpp - Boxes of points, cut into tiles ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/regions.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace landfall::tile {

void cut_region(Region &region, std::span<const uint32_t> variables,
                std::span<const int64_t> extents, int64_t points) {
  for (size_t k = variables.size(); k-- > 0;) {
    int64_t count = std::clamp<int64_t>(points, 1, extents[k]);
    region.start[variables[k]] = 0;
    region.count[variables[k]] = count;
    points = count < extents[k] ? 1 : points / count;
  }
}

int64_t tile_count(std::span<const int64_t> extents,
                   std::span<const int64_t> sizes) {
  int64_t tiles = 1;
  for (size_t k = 0; k < extents.size(); ++k)
    tiles *= (extents[k] + sizes[k] - 1) / sizes[k];
  return tiles;
}

void set_tile(Region &region, std::span<const uint32_t> variables,
              std::span<const int64_t> extents, std::span<const int64_t> sizes,
              int64_t tile) {
  for (size_t k = variables.size(); k-- > 0;) {
    int64_t along = (extents[k] + sizes[k] - 1) / sizes[k];
    int64_t start = tile % along * sizes[k];
    region.start[variables[k]] = start;
    region.count[variables[k]] = std::min(sizes[k], extents[k] - start);
    tile /= along;
  }
}

void for_each_tile(Region &region, std::span<const uint32_t> variables,
                   std::span<const int64_t> extents,
                   std::span<const int64_t> sizes,
                   const std::function<bool()> &visit) {
  int64_t tiles = tile_count(extents, sizes);
  for (int64_t tile = 0; tile < tiles; ++tile) {
    set_tile(region, variables, extents, sizes, tile);
    if (!visit())
      return;
  }
}

Share share_of(std::span<const int64_t> extents, int64_t points, int core,
               int cores) {
  std::vector<uint32_t> variables(extents.size());
  std::iota(variables.begin(), variables.end(), 0);
  Region region{std::vector<int64_t>(extents.size()),
                std::vector<int64_t>(extents.size(), 1)};
  cut_region(region, variables, extents, points);
  int64_t tiles = tile_count(extents, region.count);
  return {region.count, tiles * core / cores, tiles * (core + 1) / cores};
}

std::vector<uint32_t> order_of(const Launch &launch, const Scope &scope,
                               int64_t lanes) {
  const TilePlan &plan = launch.plan();
  size_t loops = plan.kernel.loops.size();
  std::vector<bool> first(scope.space.params.size());
  for (size_t v = loops; v < first.size(); ++v)
    first[v] = launch.extent(scope.space.extents[v]) < lanes;
  for (const auto &[id, load] : plan.loads) {
    for (const auto &[variable, coefficient] : load.offset.terms) {
      if (variable < loops || variable >= first.size())
        continue;
      int64_t stride = std::abs(launch.number(coefficient));
      for (const auto &[other, slope] : load.offset.terms)
        if (other < loops && launch.extent(plan.kernel.loops[other]) > 1 &&
            std::abs(launch.number(slope)) < stride)
          first[variable] = true;
    }
  }
  std::vector<uint32_t> order;
  auto add = [&](bool in_front) {
    for (uint32_t v = uint32_t(loops); v < first.size(); ++v)
      if (first[v] == in_front)
        order.push_back(v);
  };
  add(true);
  for (uint32_t v = 0; v < loops; ++v)
    order.push_back(v);
  add(false);
  return order;
}

} // namespace landfall::tile
