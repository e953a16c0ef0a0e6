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

#include <optional>

namespace landfall {

using llvm::Value;

namespace {

/// Where a task works, in the flattened row and lane loops.
struct Task {
  IndexValues batch;
  Interval rows, lanes;
};

class ContractionGenerator : public TaskGenerator {
public:
  ContractionGenerator(const Kernel &kernel, ContractionRoles roles,
                       const TileShape &shape)
      : type_(kernel.accumulator), roles_(std::move(roles)), shape_(shape),
        broadcast_(roles_.broadcast, roles_.space, roles_.rows, roles_.depth),
        lane_(roles_.lane, roles_.space, roles_.depth, roles_.lanes) {}

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

  Task split_task(Value *number);
  void emit_run(Emitters &emit, const Task &task, const Run &run);
  void emit_group(Emitters &emit, const Task &task, const Run &run,
                  Value *lane);
  void emit_panel(Emitters &emit, const Task &task, const Run &run, Value *lane,
                  Value *packed);
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
  emit_if(frame, frame.b.CreateICmpSGT(run.depth.count, index(0)), [&] {
    emit.broadcast.pack(
        {task.rows, run.depth, broadcast_to_, shape_.broadcast_stride()});
  });
  emit_for(frame, index(0), task.lanes.count, index(group_lanes()), {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             emit_group(emit, task, run, lane);
             return Values();
           });
}

/// Packs some panels of the lane side and sweeps over them one by one.
void ContractionGenerator::emit_group(Emitters &emit, const Task &task,
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
  emit_for(frame, lane, b.CreateAdd(lane, lanes.count), index(shape_.lanes()),
           {lane_to_}, [&](Value *panel, llvm::ArrayRef<Value *> packed) {
             emit_panel(emit, task, run, panel, packed[0]);
             return Values{at(packed[0], panel_stride)};
           });
}

/// Sweeps all rows over a packed panel.
void ContractionGenerator::emit_panel(Emitters &emit, const Task &task,
                                      const Run &run, Value *lane,
                                      Value *packed) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Interval lanes{
      b.CreateAdd(task.lanes.begin, lane),
      smaller(b, index(shape_.lanes()), b.CreateSub(task.lanes.count, lane))};
  Value *narrow = b.CreateICmpSLE(lanes.count, index(shape_.width));
  // Sums of all rows are kept only if another run of the depth needs them.
  Value *kept = b.CreateICmpSGT(tiling_.runs, index(1));
  Value *panel_at = b.CreateMul(lane, tiling_.task_rows);
  emit_for(frame, index(0), task.rows.count, index(shape_.rows), {},
           [&](Value *row, llvm::ArrayRef<Value *>) {
             Value *rows = smaller(b, index(shape_.rows),
                                   b.CreateSub(task.rows.count, row));
             Value *block_at =
                 b.CreateAdd(panel_at, b.CreateMul(row, index(shape_.lanes())));
             Value *sums = at(sums_, b.CreateSelect(kept, block_at, index(0)));
             Value *from =
                 at(broadcast_to_,
                    b.CreateMul(row, index(shape_.broadcast_stride())));
             emit_tile(frame, shape_, rows, narrow,
                       {from, packed, run.depth.count, sums, run.continues});
             emit_if(frame, run.finishes, [&] {
               Interval block{b.CreateAdd(task.rows.begin, row), rows};
               emit.epilogue.emit({sums, int64_t(shape_.lanes()), block, lanes},
                                  task.batch);
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
