//===- packed_nest.h - The loop nest around blocks of sums -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A task is a rectangle of M x N of one batch index:
//
//   for each run of K:
//     pack the task's part of the M side                 [M][K]
//       (of whole blocks not, if it is so in memory and N is small)
//     for each group of panels:
//       the strategy packs the N side, unless in place   [K][N]
//       for each panel, for each block of M:
//         the strategy adds the run's products to the block of sums
//         in the last run: epilogue
//
// The first strategy that suits the launch's sizes covers the first part of the
// task's N, and the last strategy the rest.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/contraction_tiling.h"
#include "compiler/kernels/contraction/padded_points.h"

namespace landfall::kernels {

/// The operands of BlockStrategy::emit: one block in one run of K.
struct SumPlace {
  Interval k;             ///< The steps of K in the run.
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
  llvm::Value *width;     ///< BlockStrategy::Stretch::width.
  llvm::Value *m_data;    ///< Address of the block's first row of M.
  llvm::Value *n_data;    ///< Address of the panel: in the operand or packed.
  SumBlock block;         ///< All lanes of the panel.
  llvm::Value *m_stride;  ///< TileArguments::m_stride.

  /// The arguments for a function of contraction_tile.h.
  TileArguments tile() const {
    return {m_data, n_data, k.count, block.sums, continues, nullptr, m_stride};
  }
};

/// Emits the code of a task at the frame's current place.
class PackedNest {
public:
  PackedNest(SizeCode &sizes, const ContractionProblem &problem,
             BlockStrategies strategies, const Tiling &tiling);

  /// `number` in [0, tiling.tasks()).
  void emit(llvm::Value *number);

  //===--- For strategies -------------------------------------------------===//
  KernelFrame &frame() { return sizes.frame(); }
  llvm::IRBuilderBase &b() { return sizes.b(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  llvm::Value *at_most(llvm::Value *extent, int64_t most) {
    return b().CreateICmpSLE(extent, index(most));
  }
  /// The address of element `offset` of the operand that a side's only load
  /// reads.
  llvm::Value *in_place(const PackSide &side, llvm::Value *offset);
  /// Adds to a block with the function for its height, for one vector if the
  /// block is that narrow.
  void call_tiles(const SumPlace &place, const TileArguments &arguments);

  SizeCode &sizes;
  const ContractionProblem &problem;
  const Tiling &tiling;
  Lanes lanes;
  Packer m_side, n_side, n_side_by_k;
  llvm::Value *n_scratch; ///< For BlockStrategy::make_ready.
  Interval m, n;          ///< The part of M and N that the task computes.
  /// Set if a strategy pads N: code for its lanes, the packer of the copy
  /// (window_side.h), and the task's lanes.
  std::optional<PaddedPoints> padded;
  std::optional<Packer> copy;
  Interval padded_n;

private:
  /// Points [first, last) of the task's N, computed by one strategy. `width`
  /// and `group` as in BlockStrategy::Stretch.
  struct Sweep {
    llvm::Value *strategy; ///< i64, see `number_of`.
    llvm::Value *first, *last, *width, *group;
  };
  struct Panel {
    llvm::Value *first; ///< Its first point, counted from the task's first.
    llvm::Value *data;  ///< SumPlace::n_data.
  };

  void split(llvm::Value *number);
  llvm::Value *rows_in_place(const Sweep &special);
  void place_rows(SumPlace &place, llvm::Value *row);
  Sweep special_sweep();
  Sweep sweep_of_rest(const Sweep &special);
  void emit_run(const Run &run);
  void emit_sweep(const Run &run, const Sweep &sweep);
  void emit_group(const Run &run, const Sweep &sweep, const Interval &group);
  void make_ready(const Run &run, const Sweep &sweep, const Interval &group);
  llvm::Value *panel_data(const Run &run, const Sweep &sweep,
                          const Interval &group);
  void emit_panel(const Run &run, const Sweep &sweep, const Panel &panel,
                  const Interval &rows);
  void emit_block(const Sweep &sweep, const SumPlace &place);
  llvm::Value *pads(const Sweep &sweep);
  void finish(const Sweep &sweep, const SumBlock &block);

  /// The number that stands for strategies_[strategy] at run time: counted from
  /// the last one, so that it is the same whichever better ones apply.
  llvm::Value *number_of(size_t strategy) {
    return index(int64_t(strategies_.size() - 1 - strategy));
  }
  llvm::Value *is(llvm::Value *number, size_t strategy) {
    return b().CreateICmpEQ(number, number_of(strategy));
  }
  llvm::Value *at(llvm::Value *pointer, llvm::Value *offset) {
    return element(b(), lanes.scalar_type(problem.type), pointer, offset);
  }
  llvm::Value *times(const analysis::SizePolynomial &step, llvm::Value *count) {
    return b().CreateMul(sizes.value(step), count);
  }

  BlockStrategies strategies_;
  Epilogue epilogue_;
  llvm::Value *sums_; ///< Address of the sums in scratch memory.
  IndexValues batch_; ///< The task's indices of the batch loops.
  /// The task's first rows, in whole blocks, that tiles read where they are
  /// (i64); null: none ever are.
  llvm::Value *in_place_rows_ = nullptr;
};

} // namespace landfall::kernels
