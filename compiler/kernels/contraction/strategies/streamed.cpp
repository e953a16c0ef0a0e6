//===- streamed.cpp - Blocks of sums from the N side in place -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With few rows of M, each element of the N side is used a few times only:
// packing it would cost as much as the product.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/packed_nest.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Vectors of a block of so many rows: fewer rows, more vectors. Where there
/// is not as much of N, half of them.
unsigned vectors_of(const TileShape &shape, unsigned height,
                    bool half = false) {
  unsigned most = std::clamp((shape.registers - 4) / height, 1u, 8u);
  return half ? (most + 1) / 2 : most;
}

/// How wide blocks should be for so many rows of M and `n` of N in all.
Value *block_width(PackedNest &nest, Value *m, Value *n) {
  llvm::IRBuilderBase &b = nest.b();
  const TileShape &shape = nest.problem.shape;
  Value *width = nullptr;
  auto heights = shape.heights(1, nest.problem.most_m());
  for (size_t h = heights.size(); h-- > 0;) {
    auto of = [&](bool half) {
      return nest.index(vectors_of(shape, heights[h], half) * shape.width);
    };
    Value *here =
        b.CreateSelect(b.CreateICmpSGE(n, of(false)), of(false), of(true));
    width = width ? b.CreateSelect(b.CreateICmpSLE(m, nest.index(heights[h])),
                                   here, width)
                  : here;
  }
  return width;
}

class Streamed : public BlockStrategy {
public:
  std::string_view name() const override { return "streamed"; }
  bool reads_n_in_place() const override { return true; }

  Applies applies(const ContractionProblem &problem) const override {
    std::string why =
        problem.n_side.why_not_plain(problem.kernel, problem.type);
    if (!why.empty())
      return Applies::no("the N side " + why);
    if (problem.m.value_or(0) > int64_t(problem.shape.m))
      return Applies::no("M is more than one block");
    return {};
  }

  Stretch choose(PackedNest &nest) const override {
    llvm::IRBuilderBase &b = nest.b();
    Value *n = nest.n.count;
    Value *width = block_width(nest, nest.m.count, n);
    Value *whole = b.CreateMul(b.CreateUDiv(n, width), width);
    return {nest.at_most(nest.tiling.m, nest.problem.shape.m), width, whole,
            width};
  }

  void emit(PackedNest &nest, const SumPlace &place) const override {
    const TileShape &shape = nest.problem.shape;
    const PackSide &side = nest.problem.n_side;
    TileArguments tile = place.tile(
        nest.sizes.value(side.row_step(side.factor.loads[0].offset)));
    for_height(nest.frame(), shape.heights(1, nest.problem.most_m()),
               place.block.rows.count, [&](unsigned height) {
                 unsigned whole = vectors_of(shape, height);
                 auto call = [&](unsigned vectors) {
                   call_tile(nest.frame(), shape, {height, vectors, true},
                             tile);
                   return Values();
                 };
                 Value *is_whole = nest.b().CreateICmpEQ(
                     place.width, nest.index(whole * shape.width));
                 emit_if(
                     nest.frame(), is_whole, [&] { return call(whole); },
                     [&] { return call(vectors_of(shape, height, true)); });
               });
  }
};

} // namespace

const ContractionStrategy &streamed_strategy() {
  static const Streamed strategy;
  return strategy;
}

} // namespace landfall::kernels
