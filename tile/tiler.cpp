//===- tiler.cpp - A planned kernel at concrete sizes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/tiler.h"
#include "tile/evaluator.h"
#include "tile/event_planner.h"
#include "tile/regions.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace landfall::tile {

namespace {

/// Records one core's part with tiles of at most `points` points.
class Recorder {
public:
  Recorder(const Capabilities &capabilities, Launch &launch, Part part,
           int64_t first_points, int64_t points)
      : launch_(launch), part_(part), first_points_(first_points),
        emitter_(capabilities, calls_),
        pool_slots_(count_constants(launch.plan())),
        vector_(Space::vector, capabilities.bytes_of(Space::vector),
                capabilities.alignment, pool_bytes(capabilities)),
        constants_(emitter_, pool_slots_),
        stream_{capabilities, launch, emitter_, vector_, constants_, points} {
    // The other half is for the tiles before and after.
    if (points > 1)
      vector_.limit(vector_.bytes() / 2);
  }

  /// Whether there was enough memory.
  bool record() {
    const TilePlan &plan = launch_.plan();
    extents_ = launch_.extents(plan.body.space);
    extents_.resize(plan.kernel.loops.size());
    variables_.resize(extents_.size());
    std::iota(variables_.begin(), variables_.end(), 0);
    Region region;
    region.start.resize(plan.body.space.params.size());
    region.count.resize(plan.body.space.params.size(), 1);
    Share share = share_of(extents_, first_points_, part_.core, part_.cores);
    for (int64_t tile = share.first; tile < share.end; ++tile) {
      set_tile(region, variables_, extents_, share.sizes, tile);
      record_share(region);
    }
    return !emitter_.failed();
  }

  const CallList &calls() const { return calls_; }

private:
  static int64_t count_constants(const TilePlan &plan) {
    return std::ranges::count(plan.kinds, ValueKind::host);
  }

  int64_t pool_bytes(const Capabilities &capabilities) const {
    int64_t bytes = pool_slots_ * ConstantPool::slot_bytes;
    return (bytes + capabilities.alignment - 1) & -capabilities.alignment;
  }

  /// Computes a box of the loops in tiles.
  void record_share(const Region &share) {
    size_t rank = extents_.size();
    std::vector<int64_t> extents(share.count.begin(),
                                 share.count.begin() + ptrdiff_t(rank));
    Region region = share;
    cut_region(region, variables_, extents, stream_.points);
    std::vector<int64_t> sizes(region.count.begin(),
                               region.count.begin() + ptrdiff_t(rank));
    for_each_tile(region, variables_, extents, sizes, [&] {
      Region moved = region;
      for (size_t d = 0; d < rank; ++d)
        moved.start[d] += share.start[d];
      record_tile(moved);
      return !emitter_.failed();
    });
  }

  void record_tile(const Region &region) {
    const Kernel &kernel = launch_.plan().kernel;
    Evaluator evaluator(stream_, launch_.plan().body, region);
    evaluator.run();
    size_t output = 0;
    for (uint32_t k = 0; k < kernel.operands.size(); ++k)
      if (kernel.operands[k].written && !emitter_.failed())
        store(region, k, evaluator.element(kernel.body.yields[output++]));
  }

  /// Stores a tile of a written operand, whose dimensions are the loops.
  void store(const Region &region, uint32_t operand, const Array &array) {
    StridedDimensions dims(extents_.size());
    int64_t stride = size_of(array.type), offset = 0;
    for (size_t d = extents_.size(); d-- > 0;) {
      dims[d] = {region.count[d], {array.stride(uint32_t(d)), stride, 0, 0}};
      offset += region.start[d] * stride;
      stride *= extents_[d];
    }
    emitter_.store(array.place(), {operand, offset}, size_of(array.type), dims);
  }

  Launch &launch_;
  Part part_;
  int64_t first_points_; ///< By which the cores' parts are cut.
  CallList calls_;
  Emitter emitter_;
  int64_t pool_slots_;
  Arena vector_;
  ConstantPool constants_;
  Stream stream_;
  std::vector<uint32_t> variables_; ///< The parallel loops.
  std::vector<int64_t> extents_;
};

/// How many points a tile has at first: as many as are likely to fit, and no
/// more than leave each core a tile.
int64_t first_points(const Capabilities &capabilities, const Launch &launch,
                     Part part) {
  constexpr int64_t bytes_per_point = 16; // Of the arrays that live at once.
  int64_t points = 1;
  for (const Extent &loop : launch.plan().kernel.loops)
    points *= launch.extent(loop);
  int64_t fitting = capabilities.bytes_of(Space::vector) / bytes_per_point;
  return std::clamp<int64_t>((points + part.cores - 1) / part.cores, 1,
                             fitting);
}

} // namespace

Status run_tiler(const TilePlan &plan, const Capabilities &capabilities,
                 std::span<const int64_t> sizes, Part part,
                 EngineBackend &backend) {
  Launch launch(plan, sizes);
  TRY(launch.check());
  for (const Extent &loop : plan.kernel.loops)
    if (launch.extent(loop) == 0)
      return {};
  const int64_t most = first_points(capabilities, launch, part);
  for (int64_t points = most;; points /= 2) {
    Recorder recorder(capabilities, launch, part, most, points);
    if (recorder.record()) {
      emit_all(recorder.calls(), capabilities, backend);
      return {};
    }
    if (points == 1)
      return Error{ErrorCode::unsupported,
                   fmt::format("kernel '{}': one point does not fit in on-chip "
                               "memory",
                               plan.kernel.name)};
  }
}

} // namespace landfall::tile
