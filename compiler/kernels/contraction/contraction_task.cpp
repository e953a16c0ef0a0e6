//===- contraction_task.cpp - The code of one task ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_task.h"
#include "compiler/kernels/contraction/contraction_dot.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

ContractionTask::ContractionTask(SizeCode &sizes,
                                 const ContractionDesign &design,
                                 const Tiling &tiling)
    : sizes_(sizes), design_(design), tiling_(tiling),
      lanes_(sizes.frame(), design.shape.width),
      broadcast_(sizes, lanes_, design.broadcast, design.type),
      lane_(sizes, lanes_, design.lane, design.type),
      lane_by_depth_(sizes, lanes_, design.lane_by_depth, design.type),
      epilogue_(sizes, lanes_, design.roles) {
  llvm::Type *byte = b().getInt8Ty();
  lane_to_ = b().CreateGEP(byte, frame().scratch, tiling.lane_at);
  sums_ = b().CreateGEP(byte, frame().scratch, tiling.sums_at);
}

void ContractionTask::emit(Value *number) {
  split(number);
  for (Packer *packer : {&broadcast_, &lane_, &lane_by_depth_})
    packer->begin(batch_);
  emit_for(frame(), index(0), tiling_.runs, [&](Value *number) {
    Value *begin = b().CreateMul(number, tiling_.depth_run);
    Value *count =
        smaller(b(), tiling_.depth_run, b().CreateSub(tiling_.depth, begin));
    emit_run({{begin, count},
              b().CreateICmpNE(number, index(0)),
              b().CreateICmpEQ(b().CreateAdd(number, index(1)), tiling_.runs)});
  });
}

/// Tasks count along the lanes first, then the rows, then the batch.
void ContractionTask::split(Value *number) {
  auto next = [&](Value *count, Value *most, Value *extent) {
    Value *quotient = b().CreateUDiv(number, count);
    Value *begin = b().CreateMul(
        b().CreateSub(number, b().CreateMul(quotient, count)), most);
    number = quotient;
    return Interval{begin, smaller(b(), most, b().CreateSub(extent, begin))};
  };
  lane_interval_ = next(tiling_.lane_tasks, tiling_.task_lanes, tiling_.lanes);
  rows_ = next(tiling_.row_tasks, tiling_.task_rows, tiling_.rows);
  split_index(sizes_, design_.roles.space, design_.roles.batch, number, batch_);
}

/// The way besides packing that this launch's sizes call for, if any, and how
/// many of the task's lanes it covers.
ContractionTask::Sweep ContractionTask::special_sweep() {
  const TileShape &shape = design_.shape;
  Sweep sweep{index(SumWay::packed), index(0), index(0), index(shape.lanes()),
              nullptr};
  auto prefer = [&](Value *when, SumWay way, Value *width, Value *end) {
    sweep.way = b().CreateSelect(when, index(way), sweep.way);
    sweep.width = b().CreateSelect(when, width, sweep.width);
    sweep.last = b().CreateSelect(when, end, sweep.last);
  };
  auto few = [&](Value *extent, int64_t most) {
    return b().CreateICmpSLE(extent, index(most));
  };
  Value *all = lane_interval_.count;
  if (design_.streamed) {
    Value *width =
        streamed_width(frame(), shape, rows_.count, design_.most_rows, all);
    Value *whole = b().CreateMul(b().CreateUDiv(all, width), width);
    prefer(few(tiling_.rows, shape.rows), SumWay::streamed, width, whole);
  }
  if (design_.dot_lanes)
    prefer(few(tiling_.rows, most_dot_points), SumWay::dot_lanes,
           index(2 * shape.lanes()), all);
  if (design_.dot_rows)
    prefer(few(tiling_.lanes, most_dot_points), SumWay::dot_rows,
           index(shape.lanes()), all);
  sweep.group = sweep.width;
  return sweep;
}

void ContractionTask::emit_run(const Run &run) {
  Sweep special = special_sweep();
  Value *needs =
      b().CreateAnd(b().CreateICmpSGT(run.depth.count, index(0)),
                    b().CreateNot(is(special.way, SumWay::dot_rows)));
  emit_if(frame(), needs, [&] {
    broadcast_.pack(
        {rows_, run.depth, frame().scratch, design_.shape.broadcast_stride()});
  });
  Sweep rest{index(SumWay::packed), special.last, lane_interval_.count,
             index(design_.shape.lanes()), index(design_.group_lanes())};
  if (design_.only_packed())
    return emit_sweep(run, rest);
  // One copy of the code for both stretches.
  emit_for(frame(), index(0), index(2), [&](Value *number) {
    Value *first = b().CreateICmpEQ(number, index(0));
    auto choose = [&](Value *Sweep::*part) {
      return b().CreateSelect(first, special.*part, rest.*part);
    };
    emit_sweep(run, {choose(&Sweep::way), choose(&Sweep::first),
                     choose(&Sweep::last), choose(&Sweep::width),
                     choose(&Sweep::group)});
  });
}

void ContractionTask::emit_sweep(const Run &run, const Sweep &sweep) {
  emit_for(frame(), sweep.first, sweep.last, sweep.group, {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             Value *end =
                 smaller(b(), b().CreateAdd(lane, sweep.group), sweep.last);
             emit_group(run, sweep, {lane, b().CreateSub(end, lane)});
             return Values();
           });
}

void ContractionTask::emit_group(const Run &run, const Sweep &sweep,
                                 const Interval &group) {
  Interval lanes{b().CreateAdd(lane_interval_.begin, group.begin), group.count};
  make_ready(run, sweep, lanes);
  Value *panel_stride =
      b().CreateMul(run.depth.count, index(design_.shape.lanes()));
  emit_for(frame(), group.begin, b().CreateAdd(group.begin, group.count),
           sweep.width, {panel_data(run, sweep, lanes)},
           [&](Value *lane, llvm::ArrayRef<Value *> data) {
             emit_panel(run, sweep, {lane, data[0]});
             return Values{at(data[0], panel_stride)};
           });
}

/// Packs what the way of summing needs of the lane side.
void ContractionTask::make_ready(const Run &run, const Sweep &sweep,
                                 const Interval &lanes) {
  int64_t width = design_.shape.lanes();
  Value *some = b().CreateICmpSGT(run.depth.count, index(0));
  emit_if(frame(), b().CreateAnd(some, is(sweep.way, SumWay::packed)), [&] {
    PackTarget target{run.depth, lanes, lane_to_, width};
    target.panel_lanes = index(width);
    target.panel_stride = b().CreateMul(run.depth.count, index(width));
    lane_.pack(target);
  });
  if (!design_.dot_rows)
    return;
  emit_if(frame(), b().CreateAnd(some, is(sweep.way, SumWay::dot_rows)), [&] {
    lane_by_depth_.pack(
        {lanes, run.depth, lane_to_, design_.shape.broadcast_stride()});
  });
}

/// Where the lane side of these lanes is: packed, or in place.
Value *ContractionTask::panel_data(const Run &run, const Sweep &sweep,
                                   const Interval &lanes) {
  if (!design_.streamed && !design_.dot_lanes)
    return lane_to_;
  const analysis::Affine &form = design_.lane.factor.loads[0].offset;
  Value *offset = b().CreateAdd(
      lane_.bases[0].offset,
      b().CreateAdd(times(design_.lane.lane_step(form), lanes.begin),
                    times(design_.lane.row_step(form), run.depth.begin)));
  Value *in_place = b().CreateOr(is(sweep.way, SumWay::streamed),
                                 is(sweep.way, SumWay::dot_lanes));
  return b().CreateSelect(in_place, operand(design_.lane, offset), lane_to_);
}

Value *ContractionTask::operand(const PackSide &side, Value *offset) {
  const Node &node = frame().kernel.nodes[side.factor.loads[0].node];
  return at(frame().operands[node.index], offset);
}

/// Sweeps all rows over a panel.
void ContractionTask::emit_panel(const Run &run, const Sweep &sweep,
                                 const Panel &panel) {
  Interval lanes{b().CreateAdd(lane_interval_.begin, panel.lane),
                 smaller(b(), sweep.width,
                         b().CreateSub(lane_interval_.count, panel.lane))};
  // Sums of all rows are kept only if another run of the depth needs them.
  Value *kept = b().CreateICmpSGT(tiling_.runs, index(1));
  Value *panel_at = b().CreateMul(panel.lane, tiling_.task_rows);
  Value *height = index(design_.shape.rows);
  emit_for(
      frame(), index(0), rows_.count, height, {},
      [&](Value *row, llvm::ArrayRef<Value *>) {
        Interval rows{b().CreateAdd(rows_.begin, row),
                      smaller(b(), height, b().CreateSub(rows_.count, row))};
        Value *block_at =
            b().CreateAdd(panel_at, b().CreateMul(row, sweep.width));
        Value *sums = at(sums_, b().CreateSelect(kept, block_at, index(0)));
        SumBlock block{sums, sweep.width, rows, lanes};
        Value *stride = index(design_.shape.broadcast_stride());
        emit_block(run, sweep, panel, block,
                   at(frame().scratch, b().CreateMul(row, stride)));
        emit_if(frame(), run.finishes, [&] { epilogue_.emit(block, batch_); });
        return Values();
      });
}

void ContractionTask::emit_block(const Run &run, const Sweep &sweep,
                                 const Panel &panel, const SumBlock &block,
                                 Value *packed_rows) {
  llvm::BasicBlock *after = frame().block("summed");
  auto in_way = [&](bool possible, SumWay way,
                    const std::function<void()> &body) {
    if (!possible)
      return;
    llvm::BasicBlock *here = frame().block("way"), *next = frame().block("or");
    b().CreateCondBr(is(sweep.way, way), here, next);
    b().SetInsertPoint(here);
    body();
    b().CreateBr(after);
    b().SetInsertPoint(next);
  };
  const TileShape &shape = design_.shape;
  TileArguments tile{packed_rows,     panel.data, index(shape.lanes()),
                     run.depth.count, block.sums, run.continues};
  in_way(design_.streamed, SumWay::streamed, [&] {
    const analysis::Affine &form = design_.lane.factor.loads[0].offset;
    TileArguments in_place = tile;
    in_place.lane_stride = sizes_.value(design_.lane.row_step(form));
    emit_streamed_tile(frame(), shape, block.rows.count, design_.most_rows,
                       sweep.width, in_place);
  });
  in_way(design_.dot_lanes, SumWay::dot_lanes,
         [&] { emit_dot_lanes(run, panel, block, packed_rows); });
  in_way(design_.dot_rows, SumWay::dot_rows,
         [&] { emit_dot_rows(run, panel, block); });
  Value *narrow = b().CreateICmpSLE(block.lanes.count, index(shape.width));
  emit_tile(frame(), shape, block.rows.count, design_.most_rows, narrow, tile);
  b().CreateBr(after);
  b().SetInsertPoint(after);
}

void ContractionTask::emit_dot_lanes(const Run &run, const Panel &panel,
                                     const SumBlock &block,
                                     Value *packed_rows) {
  const analysis::Affine &form = design_.lane.factor.loads[0].offset;
  DotArguments dot;
  dot.large = panel.data;
  dot.large_stride = sizes_.value(design_.lane.lane_step(form));
  dot.large_count = block.lanes.count;
  dot.small = packed_rows;
  dot.small_count = block.rows.count;
  dot.depth = run.depth.count;
  dot.sums = block.sums;
  dot.large_step = index(1);
  dot.small_step = block.stride;
  dot.continues = run.continues;
  emit_dot(frame(), design_.shape, dot);
}

void ContractionTask::emit_dot_rows(const Run &run, const Panel &panel,
                                    const SumBlock &block) {
  const analysis::Affine &form = design_.broadcast.factor.loads[0].offset;
  DotArguments dot;
  dot.large_stride = sizes_.value(design_.broadcast.row_step(form));
  Value *first = b().CreateMul(dot.large_stride, block.rows.begin);
  dot.large = operand(design_.broadcast,
                      b().CreateAdd(broadcast_.bases[0].offset,
                                    b().CreateAdd(first, run.depth.begin)));
  dot.large_count = block.rows.count;
  dot.small = panel.data;
  dot.small_count = block.lanes.count;
  dot.depth = run.depth.count;
  dot.sums = block.sums;
  dot.large_step = block.stride;
  dot.small_step = index(1);
  dot.continues = run.continues;
  emit_dot(frame(), design_.shape, dot);
}

} // namespace landfall::kernels
