//===- contraction_generator.cpp - Kernels that sum products --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction_generator.h"
#include "compiler/kernels/contraction_dot.h"
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

/// The joint extent of these loops, if it is a constant.
std::optional<int64_t> constant_extent(const ContractionRoles &roles,
                                       const std::vector<uint32_t> &loops) {
  SizePolynomial extent(1);
  for (uint32_t variable : loops)
    extent = extent * SizePolynomial::of(roles.space.extents[variable]);
  return extent.constant();
}

class ContractionGenerator : public TaskGenerator {
public:
  ContractionGenerator(const Kernel &kernel, ContractionRoles roles,
                       const TileShape &shape)
      : type_(kernel.accumulator), roles_(std::move(roles)), shape_(shape),
        broadcast_(roles_.broadcast, roles_.space, roles_.rows, roles_.depth),
        lane_(roles_.lane, roles_.space, roles_.depth, roles_.lanes),
        lane_by_depth_(roles_.lane, roles_.space, roles_.lanes, roles_.depth),
        most_rows_(constant_extent(roles_, roles_.rows).value_or(INT64_MAX)) {
    int64_t least_rows = constant_extent(roles_, roles_.rows).value_or(0);
    int64_t least_lanes = constant_extent(roles_, roles_.lanes).value_or(0);
    ways_.streamed =
        lane_.is_plain(kernel, type_) && least_rows <= int64_t(shape.rows);
    ways_.dot_lanes =
        lane_by_depth_.is_plain(kernel, type_) && least_rows <= most_dot_points;
    ways_.dot_rows =
        broadcast_.is_plain(kernel, type_) && least_lanes <= most_dot_points;
  }

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
    Packer broadcast, lane, lane_by_depth;
    Epilogue epilogue;
  };
  struct Run {
    Interval depth;
    Value *continues, *finishes; ///< i1: not the first, the last.
  };

  /// How blocks of sums are made:
  enum Way : int64_t {
    packed,    ///< From both sides packed.
    streamed,  ///< From the lane side in place: few rows use it.
    dot_lanes, ///< Few rows, and the lane side runs along the depth.
    dot_rows,  ///< Few lanes, and the broadcast side runs along the depth.
  };
  /// Those besides packed that the structure allows.
  struct Ways {
    bool streamed = false, dot_lanes = false, dot_rows = false;
    bool any() const { return streamed || dot_lanes || dot_rows; }
  };
  /// A stretch of a task's lanes, panel by panel.
  struct Sweep {
    Value *way;
    Value *first, *last;
    Value *width;           ///< Lanes of a panel.
    Value *group = nullptr; ///< Lanes made ready at once.
  };
  struct Panel {
    Value *lane; ///< The first, counted from the task's.
    Value *data; ///< The lane side there.
  };

  Task split_task(Value *number);
  void emit_run(Emitters &emit, const Task &task, const Run &run);
  Sweep special_sweep(const Task &task);
  void emit_sweep(Emitters &emit, const Task &task, const Run &run,
                  const Sweep &sweep);
  void emit_group(Emitters &emit, const Task &task, const Run &run,
                  const Sweep &sweep, const Interval &group);
  Value *in_place_lanes(Emitters &emit, const Interval &lanes, const Run &run);
  void emit_panel(Emitters &emit, const Task &task, const Run &run,
                  const Sweep &sweep, const Panel &panel);
  void emit_block(Emitters &emit, const Run &run, const Sweep &sweep,
                  const Panel &panel, const SumBlock &block, Value *from);
  Value *is(Value *way, Way which) {
    return sizes_->b().CreateICmpEQ(way, index(which));
  }
  Value *is_not(Value *way, Way which) {
    return sizes_->b().CreateICmpNE(way, index(which));
  }
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
  PackSide lane_by_depth_; ///< The lane side as [lane][depth].
  int64_t most_rows_;
  Ways ways_;
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
                Packer(*sizes_, lanes, lane_by_depth_, type_),
                Epilogue(*sizes_, lanes, roles_)};
  element_ = lanes.scalar_type(type_);
  emit.broadcast.begin(task.batch);
  emit.lane.begin(task.batch);
  emit.lane_by_depth.begin(task.batch);
  emit_for(frame, index(0), tiling_.runs, [&](Value *number) {
    Value *begin = b.CreateMul(number, tiling_.depth_run);
    Run run{{begin,
             smaller(b, tiling_.depth_run, b.CreateSub(tiling_.depth, begin))},
            b.CreateICmpNE(number, index(0)),
            b.CreateICmpEQ(b.CreateAdd(number, index(1)), tiling_.runs)};
    emit_run(emit, task, run);
  });
}

/// The ways to sum that this launch's sizes call for, and how many lanes of a
/// task the special way covers; the rest is packed.
ContractionGenerator::Sweep
ContractionGenerator::special_sweep(const Task &task) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Sweep sweep{index(packed), index(0), index(0), index(shape_.lanes())};
  auto prefer = [&](Value *when, Way way, Value *width, Value *end) {
    sweep.way = b.CreateSelect(when, index(way), sweep.way);
    sweep.width = b.CreateSelect(when, width, sweep.width);
    sweep.last = b.CreateSelect(when, end, sweep.last);
  };
  Value *dot_points = index(most_dot_points);
  if (ways_.streamed) {
    Value *width = streamed_lanes(frame, shape_, task.rows.count, most_rows_);
    Value *whole = b.CreateMul(b.CreateUDiv(task.lanes.count, width), width);
    prefer(b.CreateICmpSLE(tiling_.rows, index(shape_.rows)), streamed, width,
           whole);
  }
  if (ways_.dot_lanes)
    prefer(b.CreateICmpSLE(tiling_.rows, dot_points), dot_lanes,
           index(2 * shape_.lanes()), task.lanes.count);
  if (ways_.dot_rows)
    prefer(b.CreateICmpSLE(tiling_.lanes, dot_points), dot_rows,
           index(shape_.lanes()), task.lanes.count);
  sweep.group = sweep.width;
  return sweep;
}

/// Packs the task's block of the broadcast side, then goes along the lanes.
void ContractionGenerator::emit_run(Emitters &emit, const Task &task,
                                    const Run &run) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Sweep special = special_sweep(task);
  Value *needs = b.CreateAnd(b.CreateICmpSGT(run.depth.count, index(0)),
                             is_not(special.way, dot_rows));
  emit_if(frame, needs, [&] {
    emit.broadcast.pack(
        {task.rows, run.depth, broadcast_to_, shape_.broadcast_stride()});
  });
  Sweep rest{index(packed), special.last, task.lanes.count,
             index(shape_.lanes()), index(group_lanes())};
  if (!ways_.any())
    return emit_sweep(emit, task, run, rest);
  emit_for(frame, index(0), index(2), [&](Value *number) {
    Value *first = b.CreateICmpEQ(number, index(0));
    auto choose = [&](Value *a, Value *x) {
      return b.CreateSelect(first, a, x);
    };
    emit_sweep(
        emit, task, run,
        {choose(special.way, rest.way), choose(special.first, rest.first),
         choose(special.last, rest.last), choose(special.width, rest.width),
         choose(special.group, rest.group)});
  });
}

void ContractionGenerator::emit_sweep(Emitters &emit, const Task &task,
                                      const Run &run, const Sweep &sweep) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  emit_for(frame, sweep.first, sweep.last, sweep.group, {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             Value *end =
                 smaller(b, b.CreateAdd(lane, sweep.group), sweep.last);
             emit_group(emit, task, run, sweep, {lane, b.CreateSub(end, lane)});
             return Values();
           });
}

/// Makes some panels ready and sweeps over them one by one. `group` counts from
/// the task's first lane.
void ContractionGenerator::emit_group(Emitters &emit, const Task &task,
                                      const Run &run, const Sweep &sweep,
                                      const Interval &group) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Interval lanes{b.CreateAdd(task.lanes.begin, group.begin), group.count};
  Value *panel_stride = b.CreateMul(run.depth.count, index(shape_.lanes()));
  Value *some = b.CreateICmpSGT(run.depth.count, index(0));
  emit_if(frame, b.CreateAnd(some, is(sweep.way, packed)), [&] {
    PackTarget target{run.depth, lanes, lane_to_, shape_.lanes()};
    target.panel_lanes = index(shape_.lanes());
    target.panel_stride = panel_stride;
    emit.lane.pack(target);
  });
  if (ways_.dot_rows)
    emit_if(frame, b.CreateAnd(some, is(sweep.way, dot_rows)), [&] {
      emit.lane_by_depth.pack(
          {lanes, run.depth, lane_to_, shape_.broadcast_stride()});
    });
  Value *data = lane_to_;
  if (ways_.streamed || ways_.dot_lanes) {
    Value *in_place =
        b.CreateOr(is(sweep.way, streamed), is(sweep.way, dot_lanes));
    data = b.CreateSelect(in_place, in_place_lanes(emit, lanes, run), data);
  }
  emit_for(frame, group.begin, b.CreateAdd(group.begin, group.count),
           sweep.width, {data},
           [&](Value *lane, llvm::ArrayRef<Value *> panel) {
             emit_panel(emit, task, run, sweep, {lane, panel[0]});
             return Values{at(panel[0], panel_stride)};
           });
}

/// Where the lane side's elements of these lanes are, at the run's first depth.
Value *ContractionGenerator::in_place_lanes(Emitters &emit,
                                            const Interval &lanes,
                                            const Run &run) {
  llvm::IRBuilderBase &b = sizes_->b();
  const FactorLoad &load = lane_.factor.loads[0];
  const Node &node = sizes_->frame().kernel.nodes[load.node];
  auto along = [&](const SizePolynomial &step, Value *count) {
    return b.CreateMul(sizes_->value(step), count);
  };
  Value *offset = b.CreateAdd(
      emit.lane.bases[0].offset,
      b.CreateAdd(along(lane_.lane_step(load.offset), lanes.begin),
                  along(lane_.row_step(load.offset), run.depth.begin)));
  return at(sizes_->frame().operands[node.index], offset);
}

/// Sweeps all rows over a panel.
void ContractionGenerator::emit_panel(Emitters &emit, const Task &task,
                                      const Run &run, const Sweep &sweep,
                                      const Panel &panel) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  Interval lanes{
      b.CreateAdd(task.lanes.begin, panel.lane),
      smaller(b, sweep.width, b.CreateSub(task.lanes.count, panel.lane))};
  // Sums of all rows are kept only if another run of the depth needs them.
  Value *kept = b.CreateICmpSGT(tiling_.runs, index(1));
  Value *panel_at = b.CreateMul(panel.lane, tiling_.task_rows);
  emit_for(
      frame, index(0), task.rows.count, index(shape_.rows), {},
      [&](Value *row, llvm::ArrayRef<Value *>) {
        Interval rows{
            b.CreateAdd(task.rows.begin, row),
            smaller(b, index(shape_.rows), b.CreateSub(task.rows.count, row))};
        Value *block_at = b.CreateAdd(panel_at, b.CreateMul(row, sweep.width));
        Value *sums = at(sums_, b.CreateSelect(kept, block_at, index(0)));
        SumBlock block{sums, sweep.width, rows, lanes};
        Value *from = at(broadcast_to_,
                         b.CreateMul(row, index(shape_.broadcast_stride())));
        emit_block(emit, run, sweep, panel, block, from);
        emit_if(frame, run.finishes,
                [&] { emit.epilogue.emit(block, task.batch); });
        return Values();
      });
}

/// Sums one block; `from` is the packed broadcast side.
void ContractionGenerator::emit_block(Emitters &emit, const Run &run,
                                      const Sweep &sweep, const Panel &panel,
                                      const SumBlock &block, Value *from) {
  KernelFrame &frame = sizes_->frame();
  llvm::IRBuilderBase &b = frame.b;
  llvm::BasicBlock *after = frame.block("summed");
  auto otherwise = [&](bool possible, Way way,
                       const std::function<void()> &body) {
    if (!possible)
      return;
    llvm::BasicBlock *here = frame.block("way"), *next = frame.block("other");
    b.CreateCondBr(is(sweep.way, way), here, next);
    b.SetInsertPoint(here);
    body();
    b.CreateBr(after);
    b.SetInsertPoint(next);
  };
  TileArguments tile{from,       panel.data,   nullptr, run.depth.count,
                     block.sums, run.continues};
  DotArguments dot;
  dot.depth = run.depth.count;
  dot.sums = block.sums;
  dot.continues = run.continues;
  otherwise(ways_.streamed, streamed, [&] {
    TileArguments in_place = tile;
    in_place.lane_stride =
        sizes_->value(lane_.row_step(lane_.factor.loads[0].offset));
    emit_streamed_tile(frame, shape_, block.rows.count, most_rows_, in_place);
  });
  otherwise(ways_.dot_lanes, dot_lanes, [&] {
    dot.large = panel.data;
    dot.large_stride =
        sizes_->value(lane_.lane_step(lane_.factor.loads[0].offset));
    dot.large_count = block.lanes.count;
    dot.small = from;
    dot.small_count = block.rows.count;
    dot.large_step = index(1);
    dot.small_step = block.stride;
    emit_dot(frame, shape_, dot);
  });
  otherwise(ways_.dot_rows, dot_rows, [&] {
    const FactorLoad &load = broadcast_.factor.loads[0];
    dot.large_stride = sizes_->value(broadcast_.row_step(load.offset));
    Value *offset =
        b.CreateAdd(emit.broadcast.bases[0].offset,
                    b.CreateAdd(b.CreateMul(dot.large_stride, block.rows.begin),
                                run.depth.begin));
    dot.large = at(frame.operands[frame.kernel.nodes[load.node].index], offset);
    dot.large_count = block.rows.count;
    dot.small = panel.data;
    dot.small_count = block.lanes.count;
    dot.large_step = block.stride;
    dot.small_step = index(1);
    emit_dot(frame, shape_, dot);
  });
  Value *narrow = b.CreateICmpSLE(block.lanes.count, index(shape_.width));
  tile.lane_stride = index(shape_.lanes());
  emit_tile(frame, shape_, block.rows.count, most_rows_, narrow, tile);
  b.CreateBr(after);
  b.SetInsertPoint(after);
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
