//===- contraction_tiling.cpp - Cutting a contraction into tasks ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A task packs its block of the broadcast side once a run of the depth, keeps
// it in the second-level cache, and sweeps over it with vectors of the lane
// side that are packed into the first. Tasks are as large as those caches
// allow, and smaller if there would be too few to go round.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_tiling.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Multiply-adds worth a task of their own.
constexpr int64_t work_of_a_task = int64_t(1) << 20;
/// Tasks are cut smaller for more parallelism until there are so many; for the
/// first few, packing the same elements more often is a price to pay.
constexpr int64_t wanted_tasks = 32, needed_tasks = 8;

/// The most blocks' widths of lanes in a task.
constexpr int64_t most_panels = 64;

class TilingCode {
public:
  TilingCode(SizeCode &sizes, const TileShape &shape)
      : sizes_(sizes), shape_(shape), b_(sizes.b()),
        element_(size_of(shape.type)),
        cache_(sizes.frame().machine.caches.l2_bytes) {}

  Tiling emit(const analysis::ContractionRoles &roles, bool dense) {
    tiling_.batch = sizes_.extent(roles.space, roles.batch);
    tiling_.rows = sizes_.extent(roles.space, roles.rows);
    tiling_.lanes = sizes_.extent(roles.space, roles.lanes);
    tiling_.depth = sizes_.extent(roles.space, roles.depth);
    cut_depth();
    cut_result(dense);
    lay_out_scratch();
    return tiling_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *at_least_one(Value *x) { return larger(b_, x, index(1)); }
  Value *parts(Value *whole, Value *most) {
    return at_least_one(ceil_div(b_, whole, most));
  }

  /// Runs of nearly equal length.
  void cut_depth() {
    tiling_.runs = parts(tiling_.depth, index(shape_.depth));
    tiling_.depth_run = ceil_div(b_, tiling_.depth, tiling_.runs);
  }

  void cut_result([[maybe_unused]] bool dense) {
    int64_t most_rows = cache_ / 3 / (shape_.broadcast_stride() * element_);
    most_rows = std::max<int64_t>(most_rows / shape_.rows, 1) * shape_.rows;
    // Sums between runs of the depth take another third.
    Value *rows = at_least_one(smaller(b_, tiling_.rows, index(most_rows)));
    Value *panels =
        b_.CreateUDiv(index(cache_ / 3 / (shape_.lanes() * element_)), rows);
    Value *most_lanes = b_.CreateMul(
        larger(b_, smaller(b_, panels, index(most_panels)), index(4)),
        index(shape_.lanes()));
    Value *row_tasks = parts(tiling_.rows, index(most_rows));
    Value *lane_tasks = parts(tiling_.lanes, most_lanes);
    Value *work = b_.CreateMul(b_.CreateMul(tiling_.batch, tiling_.rows),
                               b_.CreateMul(tiling_.lanes, tiling_.depth));
    Value *worth = b_.CreateUDiv(work, index(work_of_a_task));
    // Lanes first: a task then packs less of the lane side, which is dearer.
    auto split = [&](int64_t most_tasks, int64_t least_lanes,
                     int64_t least_rows) {
      Value *wanted = smaller(b_, worth, index(most_tasks));
      auto more = [&](Value *tasks, Value *extent, int64_t least) {
        Value *all =
            b_.CreateMul(tiling_.batch, b_.CreateMul(row_tasks, lane_tasks));
        Value *missing = b_.CreateUDiv(wanted, at_least_one(all));
        Value *most = larger(b_, tasks, b_.CreateUDiv(extent, index(least)));
        return smaller(b_, b_.CreateMul(tasks, at_least_one(missing)), most);
      };
      lane_tasks = more(lane_tasks, tiling_.lanes, least_lanes);
      row_tasks = more(row_tasks, tiling_.rows, least_rows);
    };
    split(wanted_tasks, (dense ? shape_.panels : 2) * shape_.lanes(),
          16 * shape_.rows);
    split(needed_tasks, 2 * shape_.lanes(), 4 * shape_.rows);
    auto cut = [&](Value *extent, Value *tasks, int64_t unit) {
      return at_least_one(
          round_up(b_, ceil_div(b_, extent, tasks), index(unit)));
    };
    tiling_.task_rows = cut(tiling_.rows, row_tasks, shape_.rows);
    tiling_.task_lanes = cut(tiling_.lanes, lane_tasks, shape_.lanes());
    tiling_.row_tasks = ceil_div(b_, tiling_.rows, tiling_.task_rows);
    tiling_.lane_tasks = ceil_div(b_, tiling_.lanes, tiling_.task_lanes);
  }

  /// Every part has room for a vector behind it and starts on a cache line.
  void lay_out_scratch() {
    auto bytes = [&](Value *elements) {
      Value *padded = b_.CreateAdd(elements, index(shape_.width));
      return round_up(b_, b_.CreateMul(padded, index(element_)), index(64));
    };
    Value *packed_rows = b_.CreateAdd(
        tiling_.task_rows, index(std::max(shape_.rows, shape_.width)));
    Value *packed_depth = b_.CreateAdd(tiling_.depth_run, index(shape_.width));
    Value *sum_lanes =
        b_.CreateSelect(b_.CreateICmpSGT(tiling_.runs, index(1)),
                        tiling_.task_lanes, index(shape_.lanes()));
    // The lane side as panels of [depth][lane], or as [few lanes][depth].
    Value *packed_lanes = larger(
        b_, b_.CreateMul(packed_depth, index(shape_.lanes() * shape_.panels)),
        index(2 * shape_.width * shape_.broadcast_stride()));
    tiling_.lane_at =
        bytes(b_.CreateMul(packed_rows, index(shape_.broadcast_stride())));
    tiling_.sums_at = b_.CreateAdd(tiling_.lane_at, bytes(packed_lanes));
    tiling_.scratch_bytes = b_.CreateAdd(
        tiling_.sums_at, bytes(b_.CreateMul(packed_rows, sum_lanes)));
  }

  SizeCode &sizes_;
  const TileShape &shape_;
  llvm::IRBuilderBase &b_;
  int64_t element_, cache_;
  Tiling tiling_{};
};

} // namespace

Value *Tiling::tasks(SizeCode &sizes) const {
  llvm::IRBuilderBase &b = sizes.b();
  return b.CreateMul(batch, b.CreateMul(row_tasks, lane_tasks));
}

Tiling emit_tiling(SizeCode &sizes, const analysis::ContractionRoles &roles,
                   const TileShape &shape, bool dense) {
  return TilingCode(sizes, shape).emit(roles, dense);
}

} // namespace landfall::kernels
