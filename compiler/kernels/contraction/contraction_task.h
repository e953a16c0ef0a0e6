//===- contraction_task.h - The code of one task ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   for each run of the depth:
//     pack the task's block of the broadcast side        [row][depth]
//     for each group of panels:
//       pack the lane side                               [depth][lane]
//       for each panel, for each block of rows:
//         sum the block; after the last run, finish it
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_design.h"
#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/contraction_tiling.h"

namespace landfall::kernels {

/// Emits the code of a task at the frame's current place.
class ContractionTask {
public:
  ContractionTask(SizeCode &sizes, const ContractionDesign &design,
                  const Tiling &tiling);

  /// `number` in [0, tiling.tasks()).
  void emit(llvm::Value *number);

private:
  /// A stretch of the task's lanes, panel by panel. Lanes count from the
  /// task's first.
  struct Sweep {
    llvm::Value *way; ///< i64, a SumWay.
    llvm::Value *first, *last;
    llvm::Value *width; ///< Lanes of a panel.
    llvm::Value *group; ///< Lanes made ready at once.
  };
  struct Panel {
    llvm::Value *lane; ///< The first, counted from the task's.
    llvm::Value *data; ///< The lane side there.
  };
  struct Run {
    Interval depth;
    llvm::Value *continues, *finishes; ///< i1: not the first, the last.
  };

  void split(llvm::Value *number);
  Sweep special_sweep();
  void emit_run(const Run &run);
  void emit_sweep(const Run &run, const Sweep &sweep);
  void emit_group(const Run &run, const Sweep &sweep, const Interval &group);
  void make_ready(const Run &run, const Sweep &sweep, const Interval &lanes);
  llvm::Value *panel_data(const Run &run, const Sweep &sweep,
                          const Interval &lanes);
  void emit_panel(const Run &run, const Sweep &sweep, const Panel &panel);
  void emit_block(const Run &run, const Sweep &sweep, const Panel &panel,
                  const SumBlock &block, llvm::Value *packed_rows);
  void emit_dot_lanes(const Run &run, const Panel &panel, const SumBlock &block,
                      llvm::Value *packed_rows);
  void emit_dot_rows(const Run &run, const Panel &panel, const SumBlock &block);

  KernelFrame &frame() { return sizes_.frame(); }
  llvm::IRBuilderBase &b() { return sizes_.b(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  llvm::Value *index(SumWay way) { return index(static_cast<int64_t>(way)); }
  llvm::Value *is(llvm::Value *way, SumWay which) {
    return b().CreateICmpEQ(way, index(which));
  }
  llvm::Value *at(llvm::Value *pointer, llvm::Value *offset) {
    return element(b(), lanes_.scalar_type(design_.type), pointer, offset);
  }
  llvm::Value *times(const analysis::SizePolynomial &step, llvm::Value *count) {
    return b().CreateMul(sizes_.value(step), count);
  }
  /// The operand that a side's only load reads, `offset` elements in.
  llvm::Value *operand(const PackSide &side, llvm::Value *offset);

  SizeCode &sizes_;
  const ContractionDesign &design_;
  const Tiling &tiling_;
  Lanes lanes_;
  Packer broadcast_, lane_, lane_by_depth_;
  Epilogue epilogue_;
  llvm::Value *lane_to_, *sums_; ///< In scratch memory.
  // Of the task being emitted.
  IndexValues batch_;
  Interval rows_, lane_interval_;
};

} // namespace landfall::kernels
