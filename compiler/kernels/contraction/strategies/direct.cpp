//===- direct.cpp - Convolutions from a padded copy of the image ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With few output channels, packing would copy each element of the image once
// for each tap of the window, and use it a few times only. The padded copy of
// window_side.h has each element once; the microkernel reads it at an offset
// for each step of K. Lanes in the halos are computed in vain.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/packed_nest.h"
#include "compiler/kernels/contraction/window_copy.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// With more rows of M, packing costs little beside the product.
constexpr int64_t most_m = 512;
/// At most a fourth of the lanes are computed in vain.
constexpr int64_t most_lost = 4;
/// Packing or copying an element takes as long as its products with so many
/// rows of M, about.
constexpr int64_t rows_of_packing = 16;

/// Sizes of the copy. Values are i64, in elements unless stated otherwise.
struct CopyCut {
  Value *taps, *phases;
  Value *lanes;  ///< Of a task, at most.
  Value *stride; ///< From one row of the copy to the next.
  Value *rows;   ///< At most, in a run of K.
  Value *table;  ///< Room for the offsets, which lie before the copy.
};

CopyCut copy_cut(SizeCode &sizes, const ContractionProblem &problem,
                 const Tiling &tiling) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  const WindowSide &side = *problem.windows;
  PaddedPoints points(sizes, side);
  int64_t element = size_of(problem.type), line = 64 / element;
  CopyCut cut;
  cut.taps = larger(b, sizes.extent(problem.roles.space, side.taps), index(1));
  cut.phases = index(side.phases);
  cut.lanes = points.most_lanes(tiling.task_n);
  // Whole panels, what the steps add, and the rest of the last vector. An odd
  // number of cache lines: rows must not compete for the same sets.
  Value *row =
      b.CreateAdd(round_up(b, cut.lanes, index(problem.shape.n())),
                  b.CreateAdd(points.halo(), index(problem.shape.width)));
  Value *lines = b.CreateOr(ceil_div(b, row, index(line)), index(1));
  cut.stride = b.CreateMul(lines, index(line));
  // A run begins and ends within a channel.
  Value *channels =
      smaller(b, sizes.extent(problem.roles.space, side.channels),
              b.CreateAdd(b.CreateUDiv(tiling.run_k, cut.taps), index(2)));
  cut.rows = b.CreateMul(channels, cut.phases);
  cut.table = round_up(
      b, b.CreateMul(tiling.run_k, index(int64_t(sizeof(int64_t)) / element)),
      index(line));
  return cut;
}

/// Whether a launch uses the strategy (i1).
Value *suits(SizeCode &sizes, const ContractionProblem &problem,
             const Tiling &tiling, const CopyCut &cut) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  PaddedPoints points(sizes, *problem.windows);
  Value *computed = round_up(b, points.usual_lanes(tiling.task_n),
                             index(problem.shape.width));
  Value *lost = b.CreateSub(computed, tiling.task_n);
  Value *few_lost =
      b.CreateICmpSLE(b.CreateMul(lost, index(most_lost)), tiling.task_n);
  // By channel, in elements: copying and what is computed in vain cost less
  // than packing, by a margin for what is not counted.
  Value *copied =
      b.CreateMul(b.CreateAdd(cut.lanes, points.halo()), cut.phases);
  Value *in_vain =
      b.CreateUDiv(b.CreateMul(lost, b.CreateMul(tiling.m, cut.taps)),
                   index(rows_of_packing));
  Value *packed = b.CreateMul(cut.taps, tiling.task_n);
  Value *cheap =
      b.CreateICmpSLE(b.CreateMul(b.CreateAdd(copied, in_vain), index(16)),
                      b.CreateMul(packed, index(9)));
  int64_t room = problem.machine.caches.l2_bytes / 2 / size_of(problem.type);
  Value *cached =
      b.CreateICmpSLE(b.CreateMul(cut.rows, cut.stride), index(room));
  Value *few_rows = b.CreateICmpSLE(tiling.m, index(most_m));
  return b.CreateAnd(b.CreateAnd(few_lost, cheap),
                     b.CreateAnd(cached, few_rows));
}

/// Emits what one task reads of the N side in one run of K.
class RunCode {
public:
  RunCode(PackedNest &nest, const Interval &k)
      : nest_(nest), side_(*nest.problem.windows), b_(nest.b()), k_(k),
        cut_(copy_cut(nest.sizes, nest.problem, nest.tiling)) {
    first_channel_ = b_.CreateUDiv(k.begin, cut_.taps);
  }

  void emit_copy() {
    Value *channels =
        b_.CreateSub(ceil_div(b_, b_.CreateAdd(k_.begin, k_.count), cut_.taps),
                     first_channel_);
    Value *target = element(b_, nest_.lanes.scalar_type(nest_.problem.type),
                            nest_.n_scratch, cut_.table);
    Interval rows{b_.CreateMul(first_channel_, cut_.phases),
                  b_.CreateMul(channels, cut_.phases)};
    Interval lanes{nest_.padded_n.begin,
                   b_.CreateAdd(nest_.padded_n.count, nest_.padded->halo())};
    copy_windows(*nest_.copy, side_, {rows, lanes, target, cut_.stride});
  }

  /// The offset of each step: computed in one channel, repeated in others.
  void emit_table() {
    Value *computed = smaller(b_, k_.count, cut_.taps);
    auto place = [&](Value *step) {
      return element(b_, b_.getInt64Ty(), nest_.n_scratch, step);
    };
    emit_for(nest_.frame(), nest_.index(0), computed, [&](Value *step) {
      b_.CreateStore(offset(b_.CreateAdd(k_.begin, step)), place(step));
    });
    Value *to_next = b_.CreateMul(cut_.phases, cut_.stride);
    emit_for(nest_.frame(), computed, k_.count, [&](Value *step) {
      Value *same =
          b_.CreateLoad(b_.getInt64Ty(), place(b_.CreateSub(step, cut_.taps)));
      b_.CreateStore(b_.CreateAdd(same, to_next), place(step));
    });
  }

private:
  Value *offset(Value *k) {
    Value *channel = b_.CreateUDiv(k, cut_.taps);
    IndexValues indices;
    split_index(nest_.sizes, nest_.problem.roles.space, side_.taps,
                b_.CreateSub(k, b_.CreateMul(channel, cut_.taps)), indices);
    PaddedPoints::Place place = nest_.padded->place_of(indices);
    Value *row = b_.CreateAdd(
        b_.CreateMul(b_.CreateSub(channel, first_channel_), cut_.phases),
        place.phase);
    return b_.CreateAdd(b_.CreateMul(row, cut_.stride), place.lane);
  }

  PackedNest &nest_;
  const WindowSide &side_;
  llvm::IRBuilderBase &b_;
  Interval k_;
  CopyCut cut_;
  Value *first_channel_;
};

class Direct : public BlockStrategy {
public:
  std::string_view name() const override { return "direct"; }
  bool packs_n() const override { return true; }
  bool reads_m_in_place() const override { return true; }
  bool pads_n() const override { return true; }

  Applies applies(const ContractionProblem &problem) const override {
    if (!problem.windows)
      return Applies::no("the N side has no windows");
    if (problem.m.value_or(0) > most_m)
      return Applies::no("M is more than a few hundred rows");
    return {};
  }

  Stretch choose(PackedNest &nest) const override {
    CopyCut cut = copy_cut(nest.sizes, nest.problem, nest.tiling);
    Value *width = nest.index(nest.problem.shape.n());
    return {suits(nest.sizes, nest.problem, nest.tiling, cut), width,
            nest.padded_n.count,
            round_up(nest.b(), nest.padded_n.count, width)};
  }

  Value *scratch(SizeCode &sizes, const ContractionProblem &problem,
                 const Tiling &tiling) const override {
    llvm::IRBuilderBase &b = sizes.b();
    CopyCut cut = copy_cut(sizes, problem, tiling);
    Value *all = b.CreateAdd(cut.table, b.CreateMul(cut.rows, cut.stride));
    return b.CreateSelect(suits(sizes, problem, tiling, cut), all,
                          sizes.frame().index(0));
  }

  Value *most_lanes(SizeCode &sizes, const ContractionProblem &problem,
                    const Tiling &tiling) const override {
    CopyCut cut = copy_cut(sizes, problem, tiling);
    return sizes.b().CreateSelect(suits(sizes, problem, tiling, cut), cut.lanes,
                                  tiling.task_n);
  }

  void make_ready(PackedNest &nest, const Interval &k,
                  const Interval &) const override {
    RunCode code(nest, k);
    code.emit_table();
    code.emit_copy();
  }

  void emit(PackedNest &nest, const SumPlace &place) const override {
    CopyCut cut = copy_cut(nest.sizes, nest.problem, nest.tiling);
    llvm::Type *type = nest.lanes.scalar_type(nest.problem.type);
    TileArguments tile = place.tile();
    tile.n_side = element(nest.b(), type, place.n_data, cut.table);
    tile.offsets = nest.n_scratch;
    nest.call_tiles(place, tile);
  }
};

} // namespace

const ContractionStrategy &direct_strategy() {
  static const Direct strategy;
  return strategy;
}

} // namespace landfall::kernels
