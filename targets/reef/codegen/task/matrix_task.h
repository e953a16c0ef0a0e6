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

/// What the structure of a contraction decides.
struct MatrixDesign {
  MatrixDesign(const Kernel &kernel, analysis::ContractionRoles roles,
               const PanelFactor &rows, const PanelFactor &lanes);

  PanelTypes types() const { return {row_side.panel(), lane_side.panel()}; }
  bool has_zeros() const { return row_side.zero || lane_side.zero; }
  TilingWishes wishes() const;

  analysis::ContractionRoles roles;
  PanelDesign row_side, lane_side;
  BlockOperands block;
};

/// Emits the code of a task at the frame's current place.
class MatrixTask {
public:
  MatrixTask(kernels::SizeCode &sizes, const MatrixDesign &design,
             const MatrixTiling &tiling);

  /// `number` in [0, tiling.tasks()).
  void emit(llvm::Value *number);

private:
  struct Run {
    llvm::Value *number;
    kernels::Interval depth;
    llvm::Value *continues, *finishes; ///< i1: not the first, the last.
  };
  /// A panel of the task, counted from its first.
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
  /// Whether the first block needs all rows in place: for the sums of each, or
  /// as loads of bytes touch what lies beside a panel.
  bool rows_come_together() const {
    return design_.has_zeros() || design_.types().are_bytes();
  }
  /// Whether the first block multiplies pieces of both sides as they come.
  bool both_come_in_pieces() const {
    return rows_in_place() && lanes_in_place() && !rows_come_together();
  }
  llvm::Value *panels(const kernels::Interval &edges); ///< How many.
  kernels::Interval panel_of(const kernels::Interval &edges,
                             llvm::Value *number);
  PanelTarget row_panel(const Run &run, llvm::Value *number);
  PanelTarget lane_panel(const Run &run, llvm::Value *number);
  llvm::Value *lane_panel_at(const Run &run, llvm::Value *number);
  /// Whether lanes are multiplied piece by piece; their sums need all.
  bool lanes_arrive_in_pieces() const {
    return lanes_in_place() && !design_.row_side.zero;
  }
  struct FirstBlock {
    llvm::Value *of_lanes; ///< i1: of this panel of lanes.
    llvm::Value *of_all;   ///< i1: of the run.
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
  llvm::Value *rows_ticket_; ///< Where that of the first panel's last piece is.
  // Of the task being emitted.
  kernels::IndexValues batch_;
  llvm::Value *number_ = nullptr, *part_ = nullptr;
  kernels::Interval rows_, columns_, depth_;
  llvm::Value *runs_ = nullptr; ///< Of the depth.
  /// The panel of rows with which blocks begin: another for each part, so that
  /// each is the last to come somewhere.
  llvm::Value *first_row_ = nullptr;
};

} // namespace landfall::reef
