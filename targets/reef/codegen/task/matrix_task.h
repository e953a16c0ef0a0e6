//===- matrix_task.h - One task on the matrix unit -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"
#include "targets/reef/codegen/matrix/zero_points.h"
#include "targets/reef/codegen/panel/matrix_panel.h"
#include "targets/reef/codegen/task/block_transfer.h"
#include "targets/reef/codegen/task/depth_parts.h"

namespace landfall::reef {

/// How a contraction is computed; a function of the kernel only.
struct MatrixDesign {
  MatrixDesign(const Kernel &kernel, analysis::ContractionRoles roles,
               const PanelFactor &rows, const PanelFactor &lanes);

  PanelTypes types() const { return {row_side.panel(), lane_side.panel()}; }
  bool has_zeros() const { return row_side.zero || lane_side.zero; }
  TilingRequirements tiling_requirements() const;

  analysis::ContractionRoles roles;
  PanelDesign row_side, lane_side;
  BlockOperands block;
};

/// Emits the code of one task at the builder's insertion point.
class MatrixTask {
public:
  MatrixTask(kernels::SizeCode &sizes, const MatrixDesign &design,
             const MatrixTiling &tiling);

  /// `number` in [0, tiling.tasks()).
  void emit(llvm::Value *number);

private:
  /// A block of the depth (K block).
  struct Run {
    llvm::Value *number;
    kernels::Interval depth;
    llvm::Value *continues; ///< i1: it is not the first run.
    llvm::Value *finishes;  ///< i1: it is the last run.
  };
  /// A panel of the task; `number` counts from the task's first.
  struct Panel {
    llvm::Value *number;
    kernels::Interval edges; ///< In the flattened row or lane loops.
    llvm::Value *address;
  };

  void split(llvm::Value *number);
  Run run_of(llvm::Value *number);
  void emit_run(const Run &run);
  void make_row_panels(const Run &run);
  llvm::Value *ticket_of_rows(llvm::Value *place);
  void await_rows(llvm::Value *place);
  llvm::Value *row_at(llvm::Value *place);
  void start_other_rows(const Run &run);
  void emit_lane_panels(const Run &run);
  void start_rows(const Run &run);
  void start_lanes(const Run &run);
  bool lanes_in_place() const {
    return design_.lane_side.way == PanelDesign::Way::in_place;
  }
  bool rows_in_place() const {
    return design_.row_side.way == PanelDesign::Way::in_place;
  }
  /// Whether the first block must wait until all row panels have arrived:
  /// because their sums over the depth are needed, or because loads of bytes
  /// read beyond the end of a panel.
  bool rows_come_together() const {
    return design_.has_zeros() || design_.types().are_bytes();
  }
  /// Whether the first block multiplies pieces of both panels as they arrive.
  bool both_come_in_pieces() const {
    return rows_in_place() && lanes_in_place() && !rows_come_together();
  }
  /// The number of panels that cover the interval.
  llvm::Value *panels(const kernels::Interval &edges);
  kernels::Interval panel_of(const kernels::Interval &edges,
                             llvm::Value *number);
  PanelTarget row_panel(const Run &run, llvm::Value *number);
  PanelTarget lane_panel(const Run &run, llvm::Value *number);
  llvm::Value *lane_panel_at(const Run &run, llvm::Value *number);
  /// Whether lane panels are multiplied piece by piece as they arrive; not if
  /// their sums over the depth are needed.
  bool lanes_arrive_in_pieces() const {
    return lanes_in_place() && !design_.row_side.zero;
  }
  struct FirstBlock {
    llvm::Value *of_lanes; ///< i1: the block is the first with its lane panel.
    llvm::Value *of_all;   ///< i1: the block is the first of the run.
  };
  void multiply_as_lanes_arrive(const Run &run, const Panel &rows,
                                const PanelTarget &lanes,
                                const PanelArrival &arrival,
                                const FirstBlock &first);
  void multiply(llvm::Value *depth, const kernels::Interval &row_edges,
                const kernels::Interval &lane_edges, llvm::Value *rows,
                llvm::Value *lanes);
  void emit_block(const Run &run, const Panel &rows, const Panel &lanes,
                  const std::function<void(const Panel &)> &multiply);
  EdgeNumbers numbers_of(PanelSide side, llvm::Value *panel,
                         llvm::Value *place);
  void emit_numbers(const PanelTarget &panel, PanelSide side,
                    llvm::Value *place);
  llvm::Value *place_in_pitch(llvm::Value *number);

  kernels::KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  llvm::Value *at(llvm::Value *pointer, llvm::Value *elements) {
    return kernels::element(b, b.getFloatTy(), pointer, elements);
  }
  llvm::Value *eighth(int64_t number);
  llvm::Value *row_panel_at(llvm::Value *number);
  llvm::Value *share(const kernels::SumBlock &block, llvm::Value *copies,
                     llvm::Value *number);

  kernels::SizeCode &sizes_;
  llvm::IRBuilderBase &b;
  const MatrixDesign &design_;
  const MatrixTiling &tiling_;
  kernels::Lanes lanes_;
  PanelLoader row_loader_, lane_loader_;
  kernels::Epilogue epilogue_;
  BlockTransfer transfer_;
  DepthParts parts_;
  llvm::Value *rows_ticket_; ///< Stack slot: ticket of the first row panel.
  // The task that is being emitted; set by `split`.
  kernels::IndexValues batch_;    ///< Indices of the batch loops.
  llvm::Value *number_ = nullptr; ///< The task's number.
  llvm::Value *part_ = nullptr;   ///< The number of its part (split-K); else 0.
  /// Its rows, its lanes and its part of the depth.
  kernels::Interval rows_, columns_, depth_;
  llvm::Value *runs_ = nullptr; ///< The number of runs of the depth.
  /// The row panel with which blocks begin: a different one for each part of
  /// the depth, so that each part finishes some block last and shares the work.
  llvm::Value *first_row_ = nullptr;
};

} // namespace landfall::reef
