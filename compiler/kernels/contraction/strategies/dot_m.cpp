//===- dot_m.cpp - Dot products with few columns of N ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The M side runs along K in memory: it is read once, where it is, and
// multiplied with few columns of the N side, packed as [N][K].
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_dot.h"
#include "compiler/kernels/contraction/packed_nest.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

class DotM : public BlockStrategy {
public:
  std::string_view name() const override { return "dot_m"; }
  bool reads_packed_m() const override { return false; }

  Applies applies(const ContractionProblem &problem) const override {
    std::string why =
        problem.m_side.why_not_plain(problem.kernel, problem.type);
    if (!why.empty())
      return Applies::no("the M side " + why);
    if (problem.n.value_or(0) > most_dot_points)
      return Applies::no("N is more than a few columns");
    return {};
  }

  bool packs_n() const override { return true; }

  Stretch choose(PackedNest &nest) const override {
    Value *width = nest.index(nest.problem.shape.n());
    return {nest.at_most(nest.tiling.n, most_dot_points), width, nest.n.count,
            width};
  }

  Value *scratch(SizeCode &sizes, const ContractionProblem &problem,
                 const Tiling &) const override {
    const TileShape &shape = problem.shape;
    return sizes.frame().index(2 * shape.width * shape.m_side_stride());
  }

  void make_ready(PackedNest &nest, const Interval &k,
                  const Interval &n) const override {
    nest.n_side_by_k.pack(
        {n, k, nest.n_scratch, nest.index(nest.problem.shape.m_side_stride())});
  }

  void emit(PackedNest &nest, const SumPlace &place) const override {
    llvm::IRBuilderBase &b = nest.b();
    const PackSide &side = nest.problem.m_side;
    DotArguments dot;
    dot.large_stride =
        nest.sizes.value(side.row_step(side.factor.loads[0].offset));
    Value *first = b.CreateMul(dot.large_stride, place.block.rows.begin);
    dot.large =
        nest.in_place(side, b.CreateAdd(nest.m_side.bases[0].offset,
                                        b.CreateAdd(first, place.k.begin)));
    dot.large_count = place.block.rows.count;
    dot.small = place.n_data;
    dot.small_count = place.block.lanes.count;
    dot.k = place.k.count;
    dot.sums = place.block.sums;
    dot.large_step = place.block.stride;
    dot.small_step = nest.index(1);
    dot.continues = place.continues;
    emit_dot(nest.frame(), nest.problem.shape, dot);
  }
};

} // namespace

const ContractionStrategy &dot_m_strategy() {
  static const DotM strategy;
  return strategy;
}

} // namespace landfall::kernels
