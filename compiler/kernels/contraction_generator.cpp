//===- contraction_generator.cpp - Kernels that sum products --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction_generator.h"
#include "compiler/kernels/contraction_epilogue.h"
#include "compiler/kernels/contraction_pack.h"
#include "compiler/kernels/contraction_stencil.h"
#include "compiler/kernels/contraction_tiling.h"
#include "compiler/kernels/loop_builder.h"

#include <cstdint>
#include <optional>

namespace landfall {

using llvm::Value;

namespace {

/// Where a task works, in the flattened row and lane loops.
struct Task {
  IndexValues batch;
  Interval rows, lanes;
};

/// The extent of the row loops, if it is a constant.
std::optional<int64_t> constant_rows(const ContractionRoles &roles) {
  SizePolynomial rows(1);
  for (uint32_t variable : roles.rows)
    rows = rows * SizePolynomial::of(roles.space.extents[variable]);
  return rows.constant();
}

class ContractionGenerator : public TaskGenerator {
public:
  ContractionGenerator(const Kernel &kernel, ContractionRoles roles,
                       const TileShape &shape)
      : type_(kernel.accumulator), roles_(std::move(roles)), shape_(shape),
        broadcast_(roles_.broadcast, roles_.space, roles_.rows, roles_.depth),
        lane_(roles_.lane, roles_.space, roles_.depth, roles_.lanes),
        most_rows_(constant_rows(roles_).value_or(INT64_MAX)),
        streams_(lane_.is_plain(kernel, type_) &&
                 constant_rows(roles_).value_or(0) <= shape.rows) {}

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    Tiling tiling = emit_tiling(sizes, roles_, shape_, lane_.is_dense());
    return {tiling.tasks(sizes), tiling.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    tiling_ = emit_tiling(*sizes_, roles_, shape_, lane_.is_dense());
    broadcast_to_ = frame.scratch;
    lane_to_ =
        frame.b.CreateGEP(frame.b.getInt8Ty(), frame.scratch, tiling_.lane_at);
    sums_ =
        frame.b.CreateGEP(frame.b.getInt8Ty(), frame.scratch, tiling_.sums_at);
  }

  void task(KernelFrame &frame, Value *number) override;

private:
  struct Emitters {
    Packer broadcast, lane;
    Epilogue epilogue;
  };
  struct Run {
    Interval depth;
    Value *continues, *finishes; ///< i1: not the first, the last.
  };

  /// A block's width of lanes.
  struct Panel {
    bool streamed = false;
    Value *lane = nullptr; ///< The first, counted from the task's.
    Value *data = nullptr; ///< The lane side there.
    Value *width = nullptr, *lane_stride = nullptr;
  };

  Task split_task(Value *number);
  void emit_run(Emitters &emit, const Task &task, const Run &run);
  Value *emit_streamed_panels(Emitters &emit, const Task &task, const Run &run);
  void emit_packed_panels(Emitters &emit, const Task &task, const Run &run,
                          Value *lane);
  void emit_panel(Emitters &emit, const Task &task, const Run &run,
                  const Panel &panel);
  int64_t group_lanes() const {
    return shape_.lanes() * (lane_.is_dense() ? shape_.panels : 1);
  }
  Value *at(Value *pointer, Value *offset) {
    return element(sizes_->b(), element_, pointer, offset);
  }
  Value *index(int64_t value) { return sizes_->frame().index(value); }

  DType type_;
  ContractionRoles roles_;
  TileShape shape_;
  PackSide broadcast_, lane_;
  int64_t most_rows_;
  bool streams_; ///< Few rows may be met and the lane side be read in place.
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  Tiling tiling_{};
  llvm::Type *element_ = nullptr;
  Value *broadcast_to_ = nullptr, *lane_to_ = nullptr, *sums_ = nullptr;
};

Task ContractionGenerator::split_task(Value *number) {
  llvm::IRBuilderBase &b = sizes_->b();
  Task task;
  auto next = [&](Value *count, Value *most, Value *extent) {
    Value *quotient = b.CreateUDiv(number, count);
    Value *begin =
        b.CreateMul(b.CreateSub(number, b.CreateMul(quotient, count)), most);
    number = quotient;
    return Interval{begin, smaller(b, most, b.CreateSub(extent, begin))};
  };
  task.lanes = next(tiling_.lane_tasks, tiling_.task_lanes, tiling_.lanes);
  task.rows = next(tiling_.row_tasks, tiling_.task_rows, tiling_.rows);
  split_index(*sizes_, roles_.space, roles_.batch, number, task.batch);
  return task;
}

void ContractionGenerator::task(KernelFrame &frame, Value *number) {
  llvm::IRBuilderBase &b = frame.b;
  Task task = split_task(number);
  Lanes lanes(frame, shape_.width);
  Emitters emit{Packer(*sizes_, lanes, broadcast_, type_),
                Packer(*sizes_, lanes, lane_, type_),
                Epilogue(*sizes_, lanes, roles_)};
  element_ = lanes.scalar_type(type_);
  emit.broadcast.begin(task.batch);
  emit.lane.begin(task.batch);
  emit_for(frame, index(0), tiling_.runs, [&](Value *number) {
    Value *begin = b.CreateMul(number, tiling_.depth_run);
    Run run{{begin,
             smaller(b, tiling_.depth_run, b.CreateSub(tiling_.depth, begin))},
            b.CreateICmpNE(number, index(0)),
            b.CreateICmpEQ(b.CreateAdd(number, index(1)), tiling_.runs)};
    emit_run(emit, task, run);
  });
}

/// Packs the task's block of the broadcast side, then goes along the lanes.
void ContractionGenerator::emit_run(Emitters &emit, const Task &task,
                                    const Run &run) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  emit_if(frame, b.CreateICmpSGT(run.depth.count, index(0)), [&] {
    emit.broadcast.pack(
        {task.rows, run.depth, broadcast_to_, shape_.broadcast_stride()});
  });
  Value *done = emit_streamed_panels(emit, task, run);
  emit_for(frame, done, task.lanes.count, index(group_lanes()), {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             emit_packed_panels(emit, task, run, lane);
             return Values();
           });
}

/// With few rows, a packed lane side would be used only once: reads it in
/// place, as far as whole blocks go. Yields how far.
Value *ContractionGenerator::emit_streamed_panels(Emitters &emit,
                                                  const Task &task,
                                                  const Run &run) {
  if (!streams_)
    return index(0);
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Value *few = b.CreateICmpSLE(tiling_.rows, index(shape_.rows));
  Value *width = streamed_lanes(frame, shape_, task.rows.count, most_rows_);
  Value *end = b.CreateSelect(
      few, b.CreateMul(b.CreateUDiv(task.lanes.count, width), width), index(0));
  const Affine &form = lane_.factor.loads[0].offset;
  Panel panel;
  panel.streamed = true;
  panel.width = width;
  panel.lane_stride = sizes_->value(lane_.row_step(form));
  Value *first =
      b.CreateAdd(emit.lane.bases[0].offset,
                  b.CreateAdd(task.lanes.begin,
                              b.CreateMul(run.depth.begin, panel.lane_stride)));
  Value *operand = frame.operands[frame.kernel.nodes[lane_.factor.value].index];
  emit_for(frame, index(0), end, width, {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             panel.lane = lane;
             panel.data = at(operand, b.CreateAdd(first, lane));
             emit_panel(emit, task, run, panel);
             return Values();
           });
  return end;
}

/// Packs some panels of the lane side and sweeps over them one by one.
void ContractionGenerator::emit_packed_panels(Emitters &emit, const Task &task,
                                              const Run &run, Value *lane) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Value *panel_stride = b.CreateMul(run.depth.count, index(shape_.lanes()));
  Interval lanes{
      b.CreateAdd(task.lanes.begin, lane),
      smaller(b, index(group_lanes()), b.CreateSub(task.lanes.count, lane))};
  emit_if(frame, b.CreateICmpSGT(run.depth.count, index(0)), [&] {
    PackTarget target{run.depth, lanes, lane_to_, shape_.lanes()};
    target.panel_lanes = index(shape_.lanes());
    target.panel_stride = panel_stride;
    emit.lane.pack(target);
  });
  Panel panel;
  panel.width = index(shape_.lanes());
  panel.lane_stride = panel.width;
  emit_for(frame, lane, b.CreateAdd(lane, lanes.count), index(shape_.lanes()),
           {lane_to_}, [&](Value *at_lane, llvm::ArrayRef<Value *> packed) {
             panel.lane = at_lane;
             panel.data = packed[0];
             emit_panel(emit, task, run, panel);
             return Values{at(packed[0], panel_stride)};
           });
}

/// Sweeps all rows over a panel.
void ContractionGenerator::emit_panel(Emitters &emit, const Task &task,
                                      const Run &run, const Panel &panel) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Interval lanes{
      b.CreateAdd(task.lanes.begin, panel.lane),
      smaller(b, panel.width, b.CreateSub(task.lanes.count, panel.lane))};
  Value *narrow = b.CreateICmpSLE(lanes.count, index(shape_.width));
  // Sums of all rows are kept only if another run of the depth needs them.
  Value *kept = b.CreateICmpSGT(tiling_.runs, index(1));
  Value *panel_at = b.CreateMul(panel.lane, tiling_.task_rows);
  emit_for(
      frame, index(0), task.rows.count, index(shape_.rows), {},
      [&](Value *row, llvm::ArrayRef<Value *>) {
        Value *rows =
            smaller(b, index(shape_.rows), b.CreateSub(task.rows.count, row));
        Value *block_at = b.CreateAdd(panel_at, b.CreateMul(row, panel.width));
        Value *sums = at(sums_, b.CreateSelect(kept, block_at, index(0)));
        Value *from = at(broadcast_to_,
                         b.CreateMul(row, index(shape_.broadcast_stride())));
        TileArguments arguments{
            from, panel.data,   panel.lane_stride, run.depth.count,
            sums, run.continues};
        if (panel.streamed)
          emit_streamed_tile(frame, shape_, rows, most_rows_, arguments);
        else
          emit_tile(frame, shape_, rows, most_rows_, narrow, arguments);
        emit_if(frame, run.finishes, [&] {
          Interval block{b.CreateAdd(task.rows.begin, row), rows};
          emit.epilogue.emit({sums, panel.width, block, lanes}, task.batch);
        });
        return Values();
      });
}

} // namespace

Result<std::unique_ptr<TaskGenerator>>
contraction_generator(const Kernel &kernel, const Machine &machine) {
  ContractionRoles roles = TRY(analyze_contraction(kernel));
  if (is_stencil(roles))
    return stencil_generator(kernel, machine, std::move(roles));
  return std::unique_ptr<TaskGenerator>(std::make_unique<ContractionGenerator>(
      kernel, std::move(roles),
      TileShape::choose(machine, kernel.accumulator)));
}

} // namespace landfall
