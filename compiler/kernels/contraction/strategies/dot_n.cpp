//===- dot_n.cpp - Dot products with few rows of M ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The N side runs along K in memory: it is read once, where it is, and
// multiplied with few rows of the packed M side.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_dot.h"
#include "compiler/kernels/contraction/packed_nest.h"

namespace landfall::kernels {

namespace {

class DotN : public BlockStrategy {
public:
  std::string_view name() const override { return "dot_n"; }
  bool reads_n_in_place() const override { return true; }

  Applies applies(const ContractionProblem &problem) const override {
    std::string why =
        problem.n_side_by_k.why_not_plain(problem.kernel, problem.type);
    if (!why.empty())
      return Applies::no("the N side, along K, " + why);
    if (problem.m.value_or(0) > most_dot_points)
      return Applies::no("M is more than a few rows");
    return {};
  }

  Stretch choose(PackedNest &nest) const override {
    llvm::Value *width = nest.index(2 * nest.problem.shape.n());
    return {nest.at_most(nest.tiling.m, most_dot_points), width, nest.n.count,
            width};
  }

  void emit(PackedNest &nest, const SumPlace &place) const override {
    const PackSide &side = nest.problem.n_side;
    DotArguments dot;
    dot.large = place.n_data;
    dot.large_stride =
        nest.sizes.value(side.lane_step(side.factor.loads[0].offset));
    dot.large_count = place.block.lanes.count;
    dot.small = place.m_data;
    dot.small_count = place.block.rows.count;
    dot.k = place.k.count;
    dot.sums = place.block.sums;
    dot.large_step = nest.index(1);
    dot.small_step = place.block.stride;
    dot.continues = place.continues;
    emit_dot(nest.frame(), nest.problem.shape, dot);
  }
};

} // namespace

const ContractionStrategy &dot_n_strategy() {
  static const DotN strategy;
  return strategy;
}

} // namespace landfall::kernels
