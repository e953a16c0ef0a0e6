//===- matrix_task.cpp - One task on the matrix unit ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/task/matrix_task.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "targets/reef/chip/registers.h"

namespace landfall::reef {

using llvm::Value;

namespace {

/// Twice the natural width, so that a panel's row takes few instructions.
unsigned width(const kernels::Machine &machine) {
  return kernels::Lanes::joined_width(
      machine, kernels::Lanes::natural_width(machine, DType::f32), 2);
}

} // namespace

MatrixDesign::MatrixDesign(const Kernel &kernel,
                           analysis::ContractionRoles the_roles,
                           const PanelFactor &rows, const PanelFactor &lanes)
    : roles(std::move(the_roles)),
      row_side(kernel, rows, roles.space, roles.k_loops, roles.m_loops),
      lane_side(kernel, lanes, roles.space, roles.k_loops, roles.n_loops),
      block(kernel, roles) {}

TilingRequirements MatrixDesign::tiling_requirements() const {
  bool bytes = types().are_bytes();
  // The last load of a panel's second half reads beyond the panel.
  static_assert(min_byte_rows == 4 + 1 + edge_number_rows);
  int64_t rows_behind = (bytes ? 1 : 0) + (has_zeros() ? edge_number_rows : 0);
  bool costly_lane_panels = lane_side.way == PanelDesign::Way::evaluated ||
                            lane_side.way == PanelDesign::Way::converted;
  bool costly_row_panels =
      row_side.way != PanelDesign::Way::in_place && !costly_lane_panels;
  return {types().element_bytes(), rows_behind, costly_row_panels,
          costly_lane_panels, int64_t(block.read.size())};
}

MatrixTask::MatrixTask(kernels::SizeCode &sizes, const MatrixDesign &design,
                       const MatrixTiling &tiling)
    : sizes_(sizes), b(sizes.b()), design_(design), tiling_(tiling),
      lanes_(sizes.frame(), width(sizes.frame().machine)),
      row_loader_(sizes, lanes_, design.row_side, tiling),
      lane_loader_(sizes, lanes_, design.lane_side, tiling),
      epilogue_(sizes, lanes_, design.roles),
      transfer_(sizes, design.block, tiling), parts_(sizes, tiling),
      rows_ticket_(sizes.frame().stack_slot(b.getInt64Ty())) {}

/// The address of an eighth of the scratchpad. Its layout:
///   0, 1  row panels
///   2, 4  lane panels fetched in place, alternately; if they are not in place,
///         4 is the lane panel, and 2 and 3 are its staging areas. Behind
///         these, alternately, are the staging areas of row panels; the last
///         row panel uses the one at 4
///   6, 7  sums
/// Wide row panels are staged at 4 and 2, before there are any lane panels.
Value *MatrixTask::eighth(int64_t number) {
  Value *bytes = b.CreateLShr(tiling_.quarter_bytes, index(1));
  Value *offset = b.CreateMul(bytes, index(number));
  return b.CreateGEP(b.getInt8Ty(), frame().local, offset);
}

Value *MatrixTask::row_panel_at(Value *number) {
  Value *down = b.CreateLShr(number, tiling_.log2_panels_per_row);
  // Only panels of bytes are side by side; pairs are twice as wide.
  int64_t steps = design_.row_side.panel().pairs ? 2 : 1;
  return b.CreateGEP(
      b.getInt8Ty(), eighth(0),
      b.CreateAdd(b.CreateMul(down, tiling_.panel_bytes),
                  b.CreateMul(place_in_pitch(number),
                              b.CreateMul(tiling_.panel, index(steps)))));
}

Value *MatrixTask::place_in_pitch(Value *number) {
  return b.CreateAnd(number, b.CreateSub(tiling_.panels_per_row, index(1)));
}

MatrixTask::Run MatrixTask::run_of(Value *number) {
  Value *done = b.CreateMul(number, tiling_.depth_run);
  Value *count =
      kernels::smaller(b, tiling_.depth_run, b.CreateSub(depth_.count, done));
  return {number,
          {b.CreateAdd(depth_.begin, done), count},
          b.CreateICmpNE(number, index(0)),
          b.CreateICmpEQ(b.CreateAdd(number, index(1)), runs_)};
}

void MatrixTask::emit(Value *number) {
  split(number);
  row_loader_.begin(batch_);
  lane_loader_.begin(batch_);
  transfer_.begin(batch_);
  Run first = run_of(index(0));
  if (both_come_in_pieces()) {
    lane_loader_.fetch_with(lane_panel(first, index(0)), row_loader_,
                            row_panel(first, first_row_));
    start_other_rows(first);
  } else {
    if (rows_in_place())
      start_lanes(first);
    start_rows(first);
  }
  kernels::emit_for(frame(), index(0), runs_,
                    [&](Value *run) { emit_run(run_of(run)); });
  transfer_.wait();
}

/// Decodes a task's number: parts of the depth innermost, then lanes, rows and
/// batch.
void MatrixTask::split(Value *number) {
  number_ = number;
  number = b.CreateUDiv(number, tiling_.parts);
  part_ = b.CreateSub(number_, b.CreateMul(number, tiling_.parts));
  depth_.begin = b.CreateMul(part_, tiling_.part_depth);
  depth_.count = kernels::smaller(b, tiling_.part_depth,
                                  b.CreateSub(tiling_.depth, depth_.begin));
  Value *run = kernels::larger(b, tiling_.depth_run, index(1));
  runs_ = kernels::larger(b, kernels::ceil_div(b, depth_.count, run), index(1));
  auto next = [&](Value *tasks, Value *most, Value *extent) {
    Value *quotient = b.CreateUDiv(number, tasks);
    Value *begin =
        b.CreateMul(b.CreateSub(number, b.CreateMul(quotient, tasks)), most);
    number = quotient;
    return kernels::Interval{
        begin, kernels::smaller(b, most, b.CreateSub(extent, begin))};
  };
  columns_ = next(tiling_.lane_tasks, tiling_.task_lanes, tiling_.lanes);
  rows_ = next(tiling_.row_tasks, tiling_.task_rows, tiling_.rows);
  kernels::split_index(sizes_, design_.roles.space, design_.roles.batch_loops,
                       number, batch_);
  first_row_ = b.CreateURem(part_, kernels::larger(b, panels(rows_), index(1)));
}

/// The number of the row panel whose block is computed at `place` in the order
/// of blocks, which begins with `first_row_`.
Value *MatrixTask::row_at(Value *place) {
  Value *around = b.CreateAdd(place, first_row_);
  Value *count = panels(rows_);
  return b.CreateSub(
      around, b.CreateSelect(b.CreateICmpSLT(around, count), index(0), count));
}

Value *MatrixTask::panels(const kernels::Interval &edges) {
  Value *last = b.CreateSub(tiling_.panel, index(1));
  return b.CreateLShr(b.CreateAdd(edges.count, last), tiling_.log2_panel);
}

kernels::Interval MatrixTask::panel_of(const kernels::Interval &edges,
                                       Value *number) {
  Value *done = b.CreateMul(number, tiling_.panel);
  return {b.CreateAdd(edges.begin, done),
          kernels::smaller(b, b.CreateSub(edges.count, done), tiling_.panel)};
}

/// The address of a lane panel: two places, alternately, if fetched in place.
Value *MatrixTask::lane_panel_at(const Run &run, Value *number) {
  if (!lanes_in_place())
    return eighth(4);
  Value *before = b.CreateMul(run.number, panels(columns_));
  Value *odd = b.CreateTrunc(b.CreateAdd(before, number), b.getInt1Ty());
  return b.CreateSelect(odd, eighth(4), eighth(2));
}

PanelTarget MatrixTask::row_panel(const Run &run, Value *number) {
  Value *before_last =
      b.CreateSub(b.CreateSub(panels(rows_), index(1)), number);
  Value *odd = b.CreateTrunc(before_last, b.getInt1Ty());
  Value *taken = b.CreateSelect(tiling_.wide, index(0), tiling_.panel_bytes);
  Value *stage = b.CreateGEP(b.getInt8Ty(),
                             b.CreateSelect(odd, eighth(2), eighth(4)), taken);
  Value *bytes = b.CreateSub(tiling_.quarter_bytes, taken);
  Value *channel = tiling_.channels[row_channel];
  if (!rows_in_place())
    channel = b.CreateSelect(b.CreateTrunc(number, b.getInt1Ty()),
                             tiling_.channels[row_channel + 1], channel);
  Value *log2_pieces = index(log2_max_pieces);
  if (rows_in_place()) {
    Value *first = both_come_in_pieces() ? b.CreateICmpEQ(number, first_row_)
                                         : b.getFalse();
    log2_pieces = b.CreateSelect(first, log2_pieces, index(0));
  }
  return {run.depth,
          panel_of(rows_, number),
          row_panel_at(number),
          stage,
          bytes,
          channel,
          log2_pieces};
}

PanelTarget MatrixTask::lane_panel(const Run &run, Value *number) {
  return {run.depth,
          panel_of(columns_, number),
          lane_panel_at(run, number),
          eighth(2),
          tiling_.quarter_bytes,
          tiling_.channels[lane_channel],
          index(log2_max_pieces)};
}

/// Starts the transfers of row panels that a run begins with: of all if they
/// are packed in place, else of the first.
void MatrixTask::start_rows(const Run &run) {
  if (!rows_in_place())
    return row_loader_.fetch(row_panel(run, index(0)));
  row_loader_.fetch(row_panel(run, first_row_));
  start_other_rows(run);
}

void MatrixTask::start_other_rows(const Run &run) {
  Dma channel(frame(), tiling_.channels[row_channel]);
  b.CreateStore(channel.last_ticket(), rows_ticket_);
  Value *count = b.CreateSub(panels(rows_), index(1));
  kernels::emit_for(frame(), index(0), count, [&](Value *place) {
    Value *row = row_at(b.CreateAdd(place, index(1)));
    row_loader_.fetch(row_panel(run, row));
  });
}

/// For row panels packed in place: the DMA ticket of the one at `place` in the
/// order of blocks. All use one channel, and each but the first is one
/// transfer.
Value *MatrixTask::ticket_of_rows(Value *place) {
  return b.CreateAdd(b.CreateLoad(b.getInt64Ty(), rows_ticket_), place);
}

void MatrixTask::await_rows(Value *place) {
  Dma channel(frame(), tiling_.channels[row_channel]);
  channel.wait(
      kernels::smaller(b, ticket_of_rows(place), channel.last_ticket()));
}

void MatrixTask::start_lanes(const Run &run) {
  auto start = [&] { lane_loader_.fetch(lane_panel(run, index(0))); };
  // Row panels in place need no staging area.
  if (rows_in_place())
    start();
  else if (lanes_in_place())
    kernels::emit_if(frame(), b.CreateNot(tiling_.wide), start);
}

void MatrixTask::emit_run(const Run &run) {
  if (!rows_in_place())
    make_row_panels(run);
  else if (rows_come_together())
    await_rows(b.CreateSub(panels(rows_), index(1)));
  if (design_.has_zeros())
    kernels::emit_for(frame(), index(0), panels(rows_), [&](Value *number) {
      emit_numbers(row_panel(run, number), PanelSide::rows,
                   place_in_pitch(number));
    });
  emit_lane_panels(run);
}

/// Packs the row panels, double-buffered: while one is packed, the next is
/// being transferred. The first row panel is fetched before the first lane
/// panel, as it has to be packed first.
void MatrixTask::make_row_panels(const Run &run) {
  Value *count = panels(rows_);
  kernels::emit_for(frame(), index(0), count, [&](Value *number) {
    Value *next = b.CreateAdd(number, index(1));
    Value *is_last = b.CreateICmpEQ(next, count);
    row_loader_.finish(row_panel(run, number), [&] {
      kernels::emit_if(frame(), b.CreateNot(is_last),
                       [&] { row_loader_.fetch(row_panel(run, next)); });
      Value *late = lanes_in_place() ? tiling_.wide : b.getTrue();
      kernels::emit_if(frame(), b.CreateAnd(is_last, late),
                       [&] { lane_loader_.fetch(lane_panel(run, index(0))); });
      Value *is_first = b.CreateICmpEQ(number, index(0));
      kernels::emit_if(frame(),
                       b.CreateAnd(is_first, b.CreateNot(run.continues)),
                       [&] { start_lanes(run); });
    });
  });
}

/// The lane panels of a run. While the last one is multiplied, the next run's
/// first panels are being transferred; row panels only if their place is free.
void MatrixTask::emit_lane_panels(const Run &run) {
  Value *row_panels = panels(rows_), *lane_panels = panels(columns_);
  Value *more = b.CreateNot(run.finishes);
  Run following = run_of(b.CreateAdd(run.number, index(1)));
  kernels::emit_for(frame(), index(0), lane_panels, [&](Value *number) {
    PanelTarget lanes = lane_panel(run, number);
    std::optional<PanelArrival> arrival;
    Value *later = b.CreateICmpNE(number, index(0));
    if (lanes_arrive_in_pieces())
      arrival = lane_loader_.arrival(lanes);
    else
      lane_loader_.finish(lanes);
    emit_numbers(lanes, PanelSide::lanes, index(0));
    Value *next = b.CreateAdd(number, index(1));
    Value *last = b.CreateICmpEQ(next, lane_panels);
    kernels::emit_if(frame(), b.CreateNot(last),
                     [&] { lane_loader_.fetch(lane_panel(run, next)); });
    kernels::emit_if(frame(), b.CreateAnd(last, more), [&] {
      if (!rows_in_place())
        start_rows(following);
      start_lanes(following);
    });
    kernels::emit_for(frame(), index(0), row_panels, [&](Value *place) {
      Value *row = row_at(place);
      Value *first_of_lanes = b.CreateICmpEQ(place, index(0));
      Value *first = b.CreateAnd(first_of_lanes, b.CreateNot(later));
      if (rows_in_place() && !rows_come_together()) {
        Value *awaited = b.CreateNot(later);
        if (both_come_in_pieces())
          awaited = b.CreateAnd(awaited, b.CreateNot(first));
        kernels::emit_if(frame(), awaited, [&] { await_rows(place); });
      }
      emit_block(run, {row, panel_of(rows_, row), row_panel_at(row)},
                 {number, lanes.edges, lanes.address}, [&](const Panel &rows) {
                   if (arrival)
                     multiply_as_lanes_arrive(run, rows, lanes, *arrival,
                                              {first_of_lanes, first});
                   else
                     multiply(run.depth.count, rows.edges, lanes.edges,
                              rows.address, lanes.address);
                 });
    });
  });
  if (rows_in_place())
    kernels::emit_if(frame(), more, [&] { start_rows(following); });
}

} // namespace landfall::reef
