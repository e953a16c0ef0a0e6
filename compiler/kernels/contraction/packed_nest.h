//===- packed_nest.h - The loop nest around blocks of sums -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A task is a rectangle of M x N of one batch index:
//
//   for each run of K:
//     pack the task's part of the M side                 [M][K]
//     for each group of panels:
//       the strategy makes the N side ready, if packed   [K][N]
//       for each panel, for each block of M:
//         the strategy sums the block; after the last run, finish it
//
// The first strategy that the launch's sizes suit covers the first part of the
// task's N, the last strategy the rest.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/contraction_tiling.h"

namespace landfall::kernels {

/// Where a BlockStrategy sums a block, and from what.
struct SumPlace {
  Interval k;             ///< The run.
  llvm::Value *continues; ///< i1: add to the sums there, else overwrite.
  llvm::Value *width;     ///< BlockStrategy::Stretch::width.
  llvm::Value *m_data;    ///< The block's first packed row of M.
  llvm::Value *n_data;    ///< The panel: in place or in scratch memory.
  SumBlock block;         ///< Rows of M, lanes of N; starts at the panel's.

  /// The same for a function of contraction_tile.h.
  TileArguments tile(llvm::Value *n_stride) const {
    return {m_data, n_data, n_stride, k.count, block.sums, continues};
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
  /// The operand that a side's only load reads, `offset` elements in.
  llvm::Value *in_place(const PackSide &side, llvm::Value *offset);

  SizeCode &sizes;
  const ContractionProblem &problem;
  const Tiling &tiling;
  Lanes lanes;
  Packer m_side, n_side, n_side_by_k;
  llvm::Value *n_scratch; ///< For BlockStrategy::make_ready.
  Interval m, n;          ///< Of the task being emitted.

private:
  /// A stretch of the task's N, panel by panel, counted from the task's first.
  struct Sweep {
    llvm::Value *strategy; ///< i64, see `number_of`.
    llvm::Value *first, *last, *width, *group;
  };
  struct Panel {
    llvm::Value *first; ///< Of N, counted from the task's.
    llvm::Value *data;
  };
  struct Run {
    Interval k;
    llvm::Value *continues, *finishes; ///< i1: not the first, the last.
  };

  void split(llvm::Value *number);
  Sweep special_sweep();
  Sweep sweep_of_rest(const Sweep &special);
  void emit_run(const Run &run);
  void emit_sweep(const Run &run, const Sweep &sweep);
  void emit_group(const Run &run, const Sweep &sweep, const Interval &group);
  void make_ready(const Run &run, const Sweep &sweep, const Interval &group);
  llvm::Value *panel_data(const Run &run, const Sweep &sweep,
                          const Interval &group);
  void emit_panel(const Run &run, const Sweep &sweep, const Panel &panel);
  void emit_block(const Sweep &sweep, const SumPlace &place);

  /// Numbers of strategies that do not depend on the better ones before them.
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
  llvm::Value *sums_; ///< In scratch memory.
  IndexValues batch_; ///< Of the task being emitted.
};

} // namespace landfall::kernels
