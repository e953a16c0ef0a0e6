//===- body_tiler.cpp - Results, a tile at a time -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/body_tiler.h"
#include "tile/regions.h"

#include <numeric>

namespace landfall::tile {

namespace {

/// Stores a tile of a written operand, whose dimensions are the loops.
void store_tile(Stream &stream, const Region &tile, uint32_t operand,
                const Array &array) {
  const std::vector<Extent> &loops = stream.launch.plan().kernel.loops;
  StridedDimensions dims(loops.size());
  int64_t stride = size_of(array.type), offset = 0;
  for (size_t d = loops.size(); d-- > 0;) {
    dims[d] = {tile.count[d], {array.stride(uint32_t(d)), stride}};
    offset += tile.start[d] * stride;
    stride *= stream.launch.extent(loops[d]);
  }
  stream.emitter.store(array.place(), {operand, offset}, size_of(array.type),
                       dims);
}

void compute_tile(Stream &stream, const Region &tile,
                  const PrepareTile &prepare) {
  const TilePlan &plan = stream.launch.plan();
  Evaluator evaluator(stream, plan.body, tile);
  if (prepare)
    prepare(tile, evaluator);
  evaluator.run(plan.steps);
  size_t output = 0;
  for (uint32_t k = 0; k < plan.kernel.operands.size(); ++k)
    if (plan.kernel.operands[k].written && !stream.emitter.failed())
      store_tile(stream, tile, k,
                 evaluator.element(plan.kernel.body.yields[output++]));
}

} // namespace

void tile_body(Stream &stream, const Region &box, const PrepareTile &prepare) {
  size_t rank = stream.launch.plan().kernel.loops.size();
  std::vector<uint32_t> loops(rank);
  std::iota(loops.begin(), loops.end(), 0);
  std::vector<int64_t> extents(box.count.begin(),
                               box.count.begin() + ptrdiff_t(rank));
  Region region = box;
  cut_region(region, loops, extents, stream.points);
  std::vector<int64_t> sizes(region.count.begin(),
                             region.count.begin() + ptrdiff_t(rank));
  for_each_tile(region, loops, extents, sizes, [&] {
    Region tile = region;
    for (size_t d = 0; d < rank; ++d)
      tile.start[d] += box.start[d];
    compute_tile(stream, tile, prepare);
    return !stream.emitter.failed();
  });
}

} // namespace landfall::tile
