//===- streamed.cpp - Blocks of sums from the N side in place -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With few rows of M, each element of the N side is used a few times only:
// packing it would cost as much as the product (contraction_sweep.h).
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_sweep.h"
#include "compiler/kernels/contraction/packed_nest.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The most blocks of M that are swept over the N side.
constexpr int64_t most_blocks = 2;
/// N has at least so many vectors if M is more than one block: sweeps are long.
constexpr int64_t fewest_vectors = 8;

int64_t most_rows(const TileShape &shape) { return most_blocks * shape.m; }

/// Whether a launch of so much of M and N uses the strategy (i1).
Value *suits(SizeCode &sizes, const TileShape &shape, Value *m, Value *n) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  Value *wide = b.CreateICmpSGE(n, index(fewest_vectors * shape.width));
  return b.CreateICmpSLE(
      m, b.CreateSelect(wide, index(most_rows(shape)), index(shape.m)));
}

class Streamed : public BlockStrategy {
public:
  std::string_view name() const override { return "streamed"; }
  bool reads_n_in_place() const override { return true; }
  bool takes_all_sizes(const ContractionProblem &problem) const override {
    return problem.m && *problem.m <= int64_t(problem.shape.m);
  }

  Applies applies(const ContractionProblem &problem) const override {
    std::string why =
        problem.n_side.why_not_plain(problem.kernel, problem.type);
    if (!why.empty())
      return Applies::no("the N side " + why);
    if (problem.m.value_or(0) > most_rows(problem.shape))
      return Applies::no("M is more than a few blocks");
    return {};
  }

  Stretch choose(PackedNest &nest) const override {
    // One panel: all of the task's N.
    Value *width =
        round_up(nest.b(), nest.n.count, nest.index(nest.problem.shape.width));
    return {suits(nest.sizes, nest.problem.shape, nest.tiling.m, nest.tiling.n),
            width, nest.n.count, width};
  }

  /// The N side is read best in the order of memory: tasks are at least a page
  /// wide. They are not so wide that the sums leave the first-level cache.
  std::optional<Cut> cut(SizeCode &sizes, const ContractionProblem &problem,
                         Value *m, Value *n) const override {
    llvm::IRBuilderBase &b = sizes.b();
    auto index = [&](int64_t value) { return sizes.frame().index(value); };
    const TileShape &shape = problem.shape;
    int64_t element = size_of(shape.type);
    int64_t room = problem.machine.caches.l1_bytes / 2 / element;
    Value *unit = index(shape.n());
    Value *rows = smaller(b, larger(b, m, index(1)), index(shape.m));
    Value *most =
        larger(b, b.CreateUDiv(index(room / shape.n()), rows), index(8));
    Value *most_n = b.CreateMul(most, unit);
    return Cut{suits(sizes, shape, m, n),
               smaller(b, index(4096 / element), most_n), most_n};
  }

  void emit(PackedNest &nest, const SumPlace &place) const override {
    const TileShape &shape = nest.problem.shape;
    const PackSide &side = nest.problem.n_side;
    SweepArguments sweep;
    sweep.m_side = place.m_data;
    sweep.n_side = place.n_data;
    sweep.n_stride =
        nest.sizes.value(side.row_step(side.factor.loads[0].offset));
    sweep.k = place.k.count;
    sweep.lanes = place.block.lanes.count;
    sweep.sums = place.block.sums;
    sweep.sums_stride = place.block.stride;
    sweep.continues = place.continues;
    for_height(nest.frame(), shape.heights(1, nest.problem.most_m()),
               place.block.rows.count, [&](unsigned rows) {
                 call_sweep(nest.frame(), shape, rows, sweep);
               });
  }
};

} // namespace

const ContractionStrategy &streamed_strategy() {
  static const Streamed strategy;
  return strategy;
}

} // namespace landfall::kernels
