//===- nest_emitter.h - The loops of one task ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_emitter.h"
#include "compiler/kernels/loops/interior.h"
#include "compiler/kernels/loops/loop_plan.h"
#include "compiler/kernels/loops/operand_stage.h"
#include "compiler/kernels/loops/phase_guards.h"
#include "compiler/kernels/loops/task_split.h"

namespace landfall::kernels {

/// Emits the loop nest of one task by a LoopPlan, from the loop over rows
/// inwards. `frame`, `plan`, `split` and `local` must outlive it.
class NestEmitter {
public:
  NestEmitter(KernelFrame &frame, const LoopPlan &plan, const TaskSplit &split,
              const LocalMemory *local)
      : frame_(frame), b(frame.b), plan_(plan), split_(split),
        interior_(frame.kernel, plan), phase_guards_(frame.kernel, plan),
        stage_(frame, plan, local), scalar_(frame, 1),
        vector_(frame, plan.width), wide_(frame, plan.width * plan.unroll) {}

  void emit(llvm::Value *task);

private:
  using LaneBody = std::function<void(LaneValue index)>;

  const Kernel &kernel() const { return frame_.kernel; }
  uint32_t loop(size_t place) const { return plan_.order[place]; }
  llvm::Value *extent(size_t place) {
    return frame_.extent(kernel().loops[loop(place)]);
  }
  NodeId param(size_t place) const { return kernel().body.params[loop(place)]; }
  Lanes &lanes_at(size_t place) {
    return place > plan_.lane_place ? *lanes_ : scalar_;
  }
  llvm::Value *least(llvm::Value *x, llvm::Value *y) {
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
  }

  // nest_emitter.cpp
  Values first_row_indices(llvm::Value *row);
  Values next_row_indices(llvm::ArrayRef<llvm::Value *> indices);
  void emit_rows(llvm::Value *first, llvm::Value *last, BodyEmitter &outer);
  void emit_row(llvm::ArrayRef<llvm::Value *> indices, BodyEmitter &outer);
  OperandStage::Row staged_row(llvm::ArrayRef<llvm::Value *> indices);
  void emit_staged_rows(llvm::Value *first, llvm::Value *last,
                        BodyEmitter &outer);
  void emit_nodes(size_t from, size_t to, BodyEmitter &body);
  void emit_loop(size_t place, BodyEmitter &outer);
  void emit_inside(size_t place, LaneValue index, BodyEmitter &outer);
  void emit_sharing_rows(llvm::Value *low, llvm::Value *high,
                         BodyEmitter &outer);
  void emit_results(BodyEmitter &body);

  // nest_row_blocks.cpp
  void emit_row_blocks(llvm::Value *first, llvm::Value *last,
                       BodyEmitter &outer);
  void emit_row_stage(size_t stage, llvm::Value *slot,
                      llvm::ArrayRef<llvm::Value *> indices,
                      BodyEmitter &outer);

  // nest_lanes.cpp
  void for_lanes(llvm::Value *low, llvm::Value *high, const LaneBody &body);
  void for_lanes_and_edges(llvm::Value *low, llvm::Value *high,
                           BodyEmitter &outer, const LaneBody &body);

  // nest_windows.cpp
  /// Columns [from, to), a whole number of vectors; empty if equal.
  struct Stretch {
    llvm::Value *from;
    llvm::Value *to;
  };
  void emit_windows(llvm::Value *low, llvm::Value *high, BodyEmitter &outer);
  void emit_single(llvm::Value *row, BodyEmitter &outer);
  void
  walk_while_below(llvm::Value *low, llvm::Value *high,
                   const std::function<llvm::Value *(llvm::Value *)> &body);
  std::function<llvm::Value *(NodeId)> indices_of(llvm::Value *row,
                                                  BodyEmitter &outer);
  llvm::Value *is_between_edges(llvm::Value *row, BodyEmitter &outer);
  Stretch stretch(llvm::Value *first, llvm::Value *last, BodyEmitter &outer);
  void emit_interior(llvm::Value *row, unsigned rows, Stretch inside,
                     BodyEmitter &outer);
  void emit_block(llvm::Value *row, unsigned rows, LaneValue column,
                  const llvm::DenseSet<NodeId> *truths, BodyEmitter &outer);
  void emit_edges(llvm::Value *row, unsigned rows, Stretch inside,
                  const llvm::DenseSet<NodeId> *truths, BodyEmitter &outer);

  // nest_interleave.cpp
  void emit_side_by_side(llvm::Value *low, llvm::Value *high,
                         BodyEmitter &outer);
  void emit_phases(llvm::Value *first, llvm::Value *count, BodyEmitter &outer);
  void store_interleaved(
      llvm::Value *count,
      const std::function<void(unsigned part, BodyEmitter &)> &bind,
      BodyEmitter &outer);

  // nest_short_tiles.cpp
  struct Case {
    llvm::Value *holds;
    std::function<void()> emit;
  };
  bool has_short_body() const;
  void emit_tiles(llvm::Value *low, llvm::Value *high, BodyEmitter &outer);
  void add_joins(llvm::Value *low, llvm::Value *high, BodyEmitter &outer,
                 std::vector<Case> &cases);
  void add_splits(llvm::Value *low, llvm::Value *high, BodyEmitter &outer,
                  std::vector<Case> &cases);
  void emit_joined(unsigned count, LaneValue index, BodyEmitter &outer);
  void emit_split(unsigned count, LaneValue index, BodyEmitter &outer);
  Lanes piece_lanes(unsigned count, unsigned piece);

  // nest_tiles.cpp
  void emit_operands(NodeId id, BodyEmitter &body);
  void emit_square_tiles(llvm::Value *low, llvm::Value *high,
                         BodyEmitter &outer);
  void emit_tile(llvm::Value *first, llvm::Value *end, LaneValue index,
                 BodyEmitter &outer);
  void emit_whole_tile(llvm::Value *first, LaneValue index, BodyEmitter &outer);
  void emit_values(llvm::Value *walk, LaneValue index, BodyEmitter &body);
  void emit_point(llvm::Value *walk, LaneValue index, BodyEmitter &body);
  Values transpose_block(NodeId load, BodyEmitter &corner);

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const LoopPlan &plan_;
  const TaskSplit &split_;
  Interior interior_;
  PhaseGuards phase_guards_;
  OperandStage stage_;
  bool inside_ = false; ///< The code being emitted is for the interior only.
  Lanes scalar_;
  Lanes vector_;
  Lanes wide_;
  Lanes *lanes_ = &vector_; ///< The lanes in use: vector_ or wide_.
  /// By fold: stack memory for each of its values, of several rows.
  llvm::DenseMap<NodeId, Values> fold_slots_;
  llvm::Value *piece_low_ = nullptr;
  llvm::Value *piece_high_ = nullptr;
};

} // namespace landfall::kernels
