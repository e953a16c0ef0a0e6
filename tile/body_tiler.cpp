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

BodyTiles::BodyTiles(Stream &stream, const Region &box, PrepareTile prepare)
    : stream_(stream), box_(box), region_(box), prepare_(std::move(prepare)),
      loops_(stream.launch.plan().kernel.loops.size()) {
  std::iota(loops_.begin(), loops_.end(), 0);
  auto rank = ptrdiff_t(loops_.size());
  extents_.assign(box.count.begin(), box.count.begin() + rank);
  cut_region(region_, loops_, extents_, stream.points);
  sizes_.assign(region_.count.begin(), region_.count.begin() + rank);
  count_ = tile_count(extents_, sizes_);
}

void BodyTiles::compute_next() {
  set_tile(region_, loops_, extents_, sizes_, next_++);
  Region tile = region_;
  for (size_t d = 0; d < loops_.size(); ++d)
    tile.start[d] += box_.start[d];
  compute_tile(stream_, tile, prepare_);
}

void tile_body(Stream &stream, const Region &box) {
  BodyTiles tiles(stream, box, {});
  while (!tiles.is_done() && !stream.emitter.failed())
    tiles.compute_next();
}

} // namespace landfall::tile
