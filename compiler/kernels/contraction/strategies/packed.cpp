//===- packed.cpp - Blocks of sums from both sides packed -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/packed_nest.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// N packed at a time: several panels of a dense side in one go; more with few
/// steps of K, so that results are stored in long pieces.
Value *group_n(SizeCode &sizes, const ContractionProblem &problem,
               const Tiling &tiling) {
  constexpr int64_t more = 4;
  const TileShape &shape = problem.shape;
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  if (!problem.n_side.is_dense())
    return index(shape.n());
  int64_t usual = shape.n() * shape.panels;
  Value *few = sizes.b().CreateICmpSLE(tiling.run_k, index(few_steps));
  return sizes.b().CreateSelect(few, index(more * usual), index(usual));
}

class Packed : public BlockStrategy {
public:
  std::string_view name() const override { return "packed"; }
  Applies applies(const ContractionProblem &) const override { return {}; }
  bool takes_all_sizes(const ContractionProblem &) const override {
    return true;
  }
  bool packs_n() const override { return true; }
  bool reads_m_in_place() const override { return true; }

  Stretch choose(PackedNest &nest) const override {
    return {nest.b().getTrue(), nest.index(nest.problem.shape.n()),
            nest.n.count, group_n(nest.sizes, nest.problem, nest.tiling)};
  }

  Value *scratch(SizeCode &sizes, const ContractionProblem &problem,
                 const Tiling &tiling) const override {
    const TileShape &shape = problem.shape;
    auto index = [&](int64_t value) { return sizes.frame().index(value); };
    Value *k = sizes.b().CreateAdd(tiling.run_k, index(shape.width));
    return sizes.b().CreateMul(k, larger(sizes.b(),
                                         group_n(sizes, problem, tiling),
                                         index(shape.n() * shape.panels)));
  }

  void make_ready(PackedNest &nest, const Interval &k,
                  const Interval &n) const override {
    int64_t width = nest.problem.shape.n();
    PackTarget target{k, n, nest.n_scratch, nest.index(width)};
    target.panel_lanes = nest.index(width);
    target.panel_stride = nest.b().CreateMul(k.count, nest.index(width));
    nest.n_side.pack(target);
  }

  void emit(PackedNest &nest, const SumPlace &place) const override {
    nest.call_tiles(place, place.tile());
  }
};

} // namespace

const ContractionStrategy &packed_strategy() {
  static const Packed strategy;
  return strategy;
}

} // namespace landfall::kernels
