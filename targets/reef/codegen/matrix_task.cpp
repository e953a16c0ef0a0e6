//===- matrix_task.cpp - One task on the matrix unit ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix_task.h"

#include "compiler/kernels/loop_builder.h"
#include "targets/reef/codegen/matrix_functions.h"

namespace landfall::reef {

using llvm::Value;

MatrixDesign::MatrixDesign(const Kernel &kernel, ContractionRoles the_roles)
    : roles(std::move(the_roles)),
      row_side(kernel, roles.broadcast, roles.space, roles.depth, roles.rows),
      lane_side(kernel, roles.lane, roles.space, roles.depth, roles.lanes) {}

MatrixTask::MatrixTask(SizeCode &sizes, const MatrixDesign &design,
                       const MatrixTiling &tiling)
    : sizes_(sizes), b(sizes.b()), design_(design), tiling_(tiling),
      lanes_(sizes.frame(),
             Lanes::natural_width(sizes.frame().machine, DType::f32)),
      row_loader_(sizes, lanes_, design.row_side, tiling),
      lane_loader_(sizes, lanes_, design.lane_side, tiling),
      epilogue_(sizes, lanes_, design.roles) {}

Value *MatrixTask::quarter(int64_t number) {
  Value *offset = b.CreateMul(tiling_.quarter_bytes, index(number));
  return b.CreateGEP(b.getInt8Ty(), frame().local, offset);
}

Value *MatrixTask::row_panel_at(Value *number) {
  Value *elements = b.CreateMul(tiling_.depth_run, tiling_.panel);
  return at(quarter(0), b.CreateMul(number, elements));
}

void MatrixTask::emit(Value *number) {
  split(number);
  row_loader_.begin(batch_);
  lane_loader_.begin(batch_);
  emit_for(frame(), index(0), tiling_.runs, [&](Value *run) {
    Value *begin = b.CreateMul(run, tiling_.depth_run);
    Value *count =
        smaller(b, tiling_.depth_run, b.CreateSub(tiling_.depth, begin));
    emit_run({{begin, count},
              b.CreateICmpNE(run, index(0)),
              b.CreateICmpEQ(b.CreateAdd(run, index(1)), tiling_.runs)});
  });
}

/// Tasks count along the lanes first, then the rows, then the batch.
void MatrixTask::split(Value *number) {
  auto next = [&](Value *tasks, Value *panels, Value *extent) {
    Value *quotient = b.CreateUDiv(number, tasks);
    Value *most = b.CreateMul(panels, tiling_.panel);
    Value *begin =
        b.CreateMul(b.CreateSub(number, b.CreateMul(quotient, tasks)), most);
    number = quotient;
    return Interval{begin, smaller(b, most, b.CreateSub(extent, begin))};
  };
  columns_ = next(tiling_.lane_tasks, tiling_.task_lane_panels, tiling_.lanes);
  rows_ = next(tiling_.row_tasks, tiling_.task_row_panels, tiling_.rows);
  split_index(sizes_, design_.roles.space, design_.roles.batch, number, batch_);
}

Value *MatrixTask::panels(const Interval &edges) {
  return ceil_div(b, edges.count, tiling_.panel);
}

Interval MatrixTask::panel_of(const Interval &edges, Value *number) {
  Value *done = b.CreateMul(number, tiling_.panel);
  return {b.CreateAdd(edges.begin, done),
          smaller(b, b.CreateSub(edges.count, done), tiling_.panel)};
}

/// Two panels of lanes in turn where they are fetched in place; else one, as
/// the other quarter is the stage.
Value *MatrixTask::lane_panel_at(Value *number) {
  if (design_.lane_side.way != PanelDesign::Way::in_place)
    return quarter(1);
  Value *odd = b.CreateTrunc(number, b.getInt1Ty());
  return b.CreateSelect(odd, quarter(2), quarter(1));
}

/// The rows' stages take turns, too; the last one's is neither where the first
/// panel of lanes goes nor its stage.
PanelTarget MatrixTask::row_panel(const Run &run, Value *number) {
  Value *from_last = b.CreateSub(panels(rows_), number);
  Value *last = b.CreateTrunc(from_last, b.getInt1Ty());
  bool in_place = design_.lane_side.way == PanelDesign::Way::in_place;
  Value *stage = b.CreateSelect(last, quarter(in_place ? 2 : 1),
                                quarter(in_place ? 1 : 2));
  return {run.depth, panel_of(rows_, number), row_panel_at(number), stage};
}

PanelTarget MatrixTask::lane_panel(const Run &run, Value *number) {
  return {run.depth, panel_of(columns_, number), lane_panel_at(number),
          quarter(2)};
}

/// While a panel is worked on, the next one is on its way.
void MatrixTask::emit_run(const Run &run) {
  Value *row_panels = panels(rows_), *lane_panels = panels(columns_);
  row_loader_.fetch(row_panel(run, index(0)));
  emit_for(frame(), index(0), row_panels, [&](Value *number) {
    Value *next = b.CreateAdd(number, index(1));
    row_loader_.finish(row_panel(run, number), [&] {
      emit_if(
          frame(), b.CreateICmpSLT(next, row_panels),
          [&] {
            row_loader_.fetch(row_panel(run, next));
            return Values();
          },
          [&] {
            lane_loader_.fetch(lane_panel(run, index(0)));
            return Values();
          });
    });
  });
  emit_for(frame(), index(0), lane_panels, [&](Value *number) {
    PanelTarget lanes = lane_panel(run, number);
    lane_loader_.finish(lanes);
    Value *next = b.CreateAdd(number, index(1));
    emit_if(frame(), b.CreateICmpSLT(next, lane_panels),
            [&] { lane_loader_.fetch(lane_panel(run, next)); });
    emit_for(frame(), index(0), row_panels, [&](Value *row_number) {
      emit_block(
          run,
          {row_number, panel_of(rows_, row_number), row_panel_at(row_number)},
          {number, lanes.edges, lanes.address});
    });
  });
}

void MatrixTask::emit_block(const Run &run, const Panel &rows,
                            const Panel &lanes) {
  // Blocks are kept apart only where another run of the depth needs them.
  Value *kept = b.CreateICmpSGT(tiling_.runs, index(1));
  Value *block = b.CreateAdd(b.CreateMul(rows.number, tiling_.task_lane_panels),
                             lanes.number);
  Value *area = b.CreateMul(tiling_.panel, tiling_.panel);
  Value *sums =
      at(quarter(3), b.CreateMul(b.CreateSelect(kept, block, index(0)), area));
  Value *edge = tiling_.edge;
  emit_if(
      frame(), run.continues,
      [&] {
        call_load_tiles(frame(), edge, sums);
        return Values();
      },
      [&] {
        call_zero_tiles(frame(), edge);
        return Values();
      });
  call_multiply(frame(), edge, rows.address, lanes.address, run.depth.count);
  call_store_tiles(frame(), edge, sums);
  emit_if(frame(), run.finishes, [&] {
    epilogue_.emit({sums, tiling_.panel, rows.edges, lanes.edges}, batch_);
  });
}

} // namespace landfall::reef
