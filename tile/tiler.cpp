//===- tiler.cpp - A planned kernel at concrete sizes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/tiler.h"
#include "tile/body_tiler.h"
#include "tile/event_planner.h"
#include "tile/product_tiler.h"
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
           int64_t first_points, int64_t points, const std::atomic<bool> *stop)
      : launch_(launch), part_(part), first_points_(first_points),
        emitter_(capabilities, calls_, stop),
        pool_slots_(count_constants(launch.plan())),
        alignment_(points > 1 ? std::max(capabilities.alignment, watched_bytes)
                              : capabilities.alignment),
        vector_(Space::vector, capabilities.bytes_of(Space::vector), alignment_,
                pool_bytes()),
        constants_(emitter_, pool_slots_),
        stream_{capabilities, launch, emitter_, vector_, constants_, points} {
    // The other half is for the tiles before and after.
    if (points > 1)
      vector_.limit(vector_.bytes() / 2);
  }

  Emitter::Failure record() {
    if (launch_.plan().product)
      record_products(stream_, part_);
    else
      record_map();
    return emitter_.failure();
  }

  const CallList &calls() const { return calls_; }

private:
  static int64_t count_constants(const TilePlan &plan) {
    // And the zero of an empty sum, a product's depth.
    return std::ranges::count(plan.kinds, ValueKind::host) + 2;
  }

  int64_t pool_bytes() const {
    int64_t bytes = pool_slots_ * ConstantPool::slot_bytes;
    return (bytes + alignment_ - 1) & -alignment_;
  }

  void record_map() {
    const TilePlan &plan = launch_.plan();
    std::vector<uint32_t> loops(plan.kernel.loops.size());
    std::iota(loops.begin(), loops.end(), 0);
    std::vector<int64_t> extents = launch_.extents(plan.body.space);
    Region region{std::vector<int64_t>(extents.size()),
                  std::vector<int64_t>(extents.size(), 1)};
    extents.resize(loops.size());
    Share share = share_of(extents, first_points_, part_.core, part_.cores);
    for (int64_t tile = share.first; tile < share.end && !emitter_.failed();
         ++tile) {
      set_tile(region, loops, extents, share.sizes, tile);
      tile_body(stream_, region);
    }
  }

  Launch &launch_;
  Part part_;
  int64_t first_points_; ///< By which the cores' parts are cut.
  CallList calls_;
  Emitter emitter_;
  int64_t pool_slots_;
  /// Of arrays: neighbours that share no watched block do not wait for each
  /// other. At worst, memory matters more.
  int64_t alignment_;
  Arena vector_;
  ConstantPool constants_;
  Stream stream_;
};

/// Elements of an array that are likely to fit beside others.
int64_t fitting_points(const Capabilities &capabilities) {
  constexpr int64_t bytes_per_point = 16; // Of the arrays that live at once.
  return std::max<int64_t>(1, capabilities.bytes_of(Space::vector) /
                                  bytes_per_point);
}

/// How many points a tile of results has at first: as many as are likely to
/// fit, and no more than leave each core a tile.
int64_t first_points(const Capabilities &capabilities, const Launch &launch,
                     Part part) {
  int64_t points = 1;
  for (const Extent &loop : launch.plan().kernel.loops)
    points *= launch.extent(loop);
  return std::clamp<int64_t>((points + part.cores - 1) / part.cores, 1,
                             fitting_points(capabilities));
}

Error refuse(std::string why) {
  return {ErrorCode::unsupported, std::move(why)};
}

} // namespace

Status run_tiler(const TilePlan &plan, const Capabilities &capabilities,
                 std::span<const int64_t> sizes, Part part,
                 EngineBackend &backend, const std::atomic<bool> *stop) {
  Launch launch(plan, sizes);
  TRY(launch.check());
  for (const Extent &loop : plan.kernel.loops)
    if (launch.extent(loop) == 0)
      return {};
  const int64_t most = first_points(capabilities, launch, part);
  // A reduction has more elements than results.
  auto reduces = [](const auto &fold) { return fold.second.reduces(); };
  int64_t points = std::ranges::any_of(plan.folds, reduces)
                       ? fitting_points(capabilities)
                       : most;
  for (;; points /= 2) {
    Recorder recorder(capabilities, launch, part, most, points, stop);
    Emitter::Failure failure = recorder.record();
    if (failure == Emitter::Failure::none) {
      emit_all(recorder.calls(), capabilities, backend);
      return {};
    }
    if (failure == Emitter::Failure::stopped)
      return Error{ErrorCode::cancelled, "the run was stopped"};
    if (failure == Emitter::Failure::length)
      return refuse(fmt::format("kernel '{}' would take a core more than {} "
                                "instructions",
                                plan.kernel.name, capabilities.stream_limit));
    if (points == 1)
      return refuse(
          fmt::format("one point of kernel '{}' does not fit in on-chip memory",
                      plan.kernel.name));
  }
}

} // namespace landfall::tile
