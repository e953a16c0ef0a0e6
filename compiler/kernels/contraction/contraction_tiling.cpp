//===- contraction_tiling.cpp - Cutting a contraction into tasks ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// In each run of K, a task packs its part of the M side once, as a copy that
// stays in the second-level cache. It then packs its N side panel by panel,
// each small enough for the first-level cache, and multiplies each panel with
// all of the packed M side. Tasks are as large as the caches allow; they are
// smaller if there would be too few of them to occupy all threads.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_tiling.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Tasks are not made smaller than about this many multiply-adds.
constexpr int64_t work_of_a_task = int64_t(1) << 20;
/// Tasks are made smaller until a launch has `useful_tasks`. Small tasks pack
/// the same elements more often: very small ones are used only until there are
/// `needed_tasks`.
constexpr int64_t useful_tasks = 32, needed_tasks = 8;

/// The most panels (TileShape::n() points of N) in a task.
constexpr int64_t most_panels = 64;

class TilingCode {
public:
  TilingCode(SizeCode &sizes, const ContractionProblem &problem,
             BlockStrategies strategies)
      : sizes_(sizes), problem_(problem), shape_(problem.shape),
        strategies_(strategies), b_(sizes.b()), element_(size_of(shape_.type)),
        cache_(sizes.frame().machine.caches.l2_bytes) {}

  Tiling emit() {
    const analysis::ContractionRoles &roles = problem_.roles;
    tiling_.batch = sizes_.extent(roles.space, roles.batch_loops);
    tiling_.m = sizes_.extent(roles.space, roles.m_loops);
    tiling_.n = sizes_.extent(roles.space, roles.n_loops);
    tiling_.k = sizes_.extent(roles.space, roles.k_loops);
    for (const BlockStrategy *strategy : llvm::reverse(strategies_))
      if (auto cut = strategy->cut(sizes_, problem_, tiling_.m, tiling_.n))
        cuts_.push_back(*cut);
    cut_k();
    cut_result();
    lay_out_scratch();
    return tiling_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *at_least_one(Value *x) { return larger(b_, x, index(1)); }
  Value *parts(Value *whole, Value *most) {
    return at_least_one(ceil_div(b_, whole, most));
  }

  /// `value`, or what a strategy that is used wants instead.
  Value *prefer(Value *BlockStrategy::Cut::*part, Value *value) {
    for (const BlockStrategy::Cut &cut : cuts_)
      value = b_.CreateSelect(cut.suits, cut.*part, value);
    return value;
  }

  /// Divides K into runs of nearly equal length.
  void cut_k() {
    tiling_.runs = parts(tiling_.k, index(shape_.k));
    tiling_.run_k = ceil_div(b_, tiling_.k, tiling_.runs);
  }

  void cut_result() {
    bool dense = problem_.n_side.is_dense(); // Packing it is cheap.
    int64_t most_m = cache_ / 3 / (shape_.m_side_stride() * element_);
    most_m = std::max<int64_t>(most_m / shape_.m, 1) * shape_.m;
    // The sums, which are kept between runs of K, take another third.
    Value *m = at_least_one(smaller(b_, tiling_.m, index(most_m)));
    Value *panels =
        b_.CreateUDiv(index(cache_ / 3 / (shape_.n() * element_)), m);
    Value *most_n = b_.CreateMul(
        larger(b_, smaller(b_, panels, index(most_panels)), index(4)),
        index(shape_.n()));
    most_n = prefer(&BlockStrategy::Cut::most_n, most_n);
    Value *m_tasks = parts(tiling_.m, index(most_m));
    Value *n_tasks = parts(tiling_.n, most_n);
    Value *work = b_.CreateMul(b_.CreateMul(tiling_.batch, tiling_.m),
                               b_.CreateMul(tiling_.n, tiling_.k));
    Value *worth = b_.CreateUDiv(work, index(work_of_a_task));
    // Divides N before M: tasks that differ in M only pack the same N side, and
    // packing that costs more.
    auto split = [&](int64_t most_tasks, int64_t panels, int64_t least_m) {
      Value *least_n =
          prefer(&BlockStrategy::Cut::least_n, index(panels * shape_.n()));
      Value *wanted =
          smaller(b_, worth, wanted_tasks(sizes_.frame(), most_tasks));
      auto more = [&](Value *tasks, Value *extent, Value *least) {
        Value *all =
            b_.CreateMul(tiling_.batch, b_.CreateMul(m_tasks, n_tasks));
        Value *missing = b_.CreateUDiv(wanted, at_least_one(all));
        Value *most = larger(b_, tasks, b_.CreateUDiv(extent, least));
        return smaller(b_, b_.CreateMul(tasks, at_least_one(missing)), most);
      };
      n_tasks = more(n_tasks, tiling_.n, least_n);
      m_tasks = more(m_tasks, tiling_.m, index(least_m));
    };
    split(useful_tasks, dense ? shape_.panels : 2, 16 * shape_.m);
    split(needed_tasks, 2, 4 * shape_.m);
    auto cut = [&](Value *extent, Value *tasks, int64_t unit) {
      return at_least_one(
          round_up(b_, ceil_div(b_, extent, tasks), index(unit)));
    };
    tiling_.task_m = cut(tiling_.m, m_tasks, shape_.m);
    tiling_.task_n = cut(tiling_.n, n_tasks, shape_.n());
    tiling_.m_tasks = ceil_div(b_, tiling_.m, tiling_.task_m);
    tiling_.n_tasks = ceil_div(b_, tiling_.n, tiling_.task_n);
  }

  /// Each area begins on a cache line and has room for one vector more than its
  /// elements, as packing and the epilogue access whole vectors.
  void lay_out_scratch() {
    auto bytes = [&](Value *elements) {
      Value *padded = b_.CreateAdd(elements, index(shape_.width));
      return round_up(b_, b_.CreateMul(padded, index(element_)), index(64));
    };
    Value *packed_m =
        b_.CreateAdd(tiling_.task_m, index(std::max(shape_.m, shape_.width)));
    Value *kept = b_.CreateICmpSGT(tiling_.runs, index(1));
    for (const BlockStrategy::Cut &cut : cuts_)
      kept = b_.CreateOr(kept, cut.suits);
    Value *lanes = tiling_.task_n;
    for (const BlockStrategy *strategy : strategies_)
      if (strategy->pads_n())
        lanes = round_up(b_, strategy->most_lanes(sizes_, problem_, tiling_),
                         index(shape_.n()));
    Value *sum_n = b_.CreateSelect(kept, lanes, index(shape_.n()));
    Value *packed_n = packed_n_side();
    tiling_.n_side_at =
        bytes(b_.CreateMul(packed_m, index(shape_.m_side_stride())));
    tiling_.sums_at = b_.CreateAdd(tiling_.n_side_at, bytes(packed_n));
    tiling_.scratch_bytes =
        b_.CreateAdd(tiling_.sums_at, bytes(b_.CreateMul(packed_m, sum_n)));
  }

  /// The largest scratch size of all strategies, in elements.
  Value *packed_n_side() {
    Value *most = nullptr;
    for (size_t s = strategies_.size(); s-- > 0;) {
      if (!strategies_[s]->packs_n())
        continue;
      Value *here = strategies_[s]->scratch(sizes_, problem_, tiling_);
      most = most ? larger(b_, most, here) : here;
    }
    return most ? most : index(0);
  }

  SizeCode &sizes_;
  const ContractionProblem &problem_;
  const TileShape &shape_;
  BlockStrategies strategies_;
  llvm::IRBuilderBase &b_;
  int64_t element_, cache_;
  std::vector<BlockStrategy::Cut> cuts_; ///< The best last.
  Tiling tiling_{};
};

} // namespace

Value *Tiling::tasks(SizeCode &sizes) const {
  llvm::IRBuilderBase &b = sizes.b();
  return b.CreateMul(batch, b.CreateMul(m_tasks, n_tasks));
}

Tiling emit_tiling(SizeCode &sizes, const ContractionProblem &problem,
                   BlockStrategies strategies) {
  return TilingCode(sizes, problem, strategies).emit();
}

} // namespace landfall::kernels
