//===- matrix_block.cpp - Blocks of a task on the matrix unit -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/loop_builder.h"
#include "targets/reef/codegen/matrix/matrix_functions.h"
#include "targets/reef/codegen/task/matrix_task.h"

namespace landfall::reef {

using llvm::Value;

/// `place`: the panel's number among those side by side in one pitch.
EdgeNumbers MatrixTask::numbers_of(PanelSide side, Value *panel, Value *place) {
  const PanelDesign &mine =
      side == PanelSide::rows ? design_.row_side : design_.lane_side;
  const PanelDesign &other =
      side == PanelSide::rows ? design_.lane_side : design_.row_side;
  // One row is left between; then each panel's are in one piece.
  Value *rows = b.CreateAdd(tiling_.depth_run, index(1));
  int64_t more = mine.panel().pairs ? 6 : 7; // Than the panel is to the right.
  Value *right = b.CreateMul(place, b.CreateMul(tiling_.panel, index(more)));
  Value *sums =
      b.CreateGEP(b.getInt8Ty(), panel,
                  b.CreateAdd(b.CreateMul(rows, tiling_.pitch), right));
  EdgeNumbers numbers;
  if (other.zero)
    numbers.sums = sums;
  if (mine.zero)
    numbers.zeros = kernels::element(b, b.getInt32Ty(), sums, tiling_.panel);
  return numbers;
}

/// Computes the zero-point data of a panel that is complete.
void MatrixTask::emit_numbers(const PanelTarget &panel, PanelSide side,
                              Value *place) {
  EdgeNumbers numbers = numbers_of(side, panel.address, place);
  bool of_rows = side == PanelSide::rows;
  PanelType type =
      of_rows ? design_.row_side.panel() : design_.lane_side.panel();
  if (numbers.sums)
    call_sum(frame(),
             {side, type, tiling_.edge, tiling_.pitch, panel.address,
              panel.depth.count},
             numbers.sums);
  if (numbers.zeros)
    (of_rows ? row_loader_ : lane_loader_)
        .emit_zeros(panel.edges, numbers.zeros);
}

/// Multiplies a block. The first block of a lane panel takes the pieces as they
/// arrive; for bytes, the last steps of a piece wait for the next piece, as
/// loading them reads beyond it.
void MatrixTask::multiply_as_lanes_arrive(const Run &run, const Panel &rows,
                                          const PanelTarget &lanes,
                                          const PanelArrival &arrival,
                                          const FirstBlock &first) {
  PanelTypes types = design_.types();
  PanelArrival taken = arrival;
  taken.steps = b.CreateSelect(first.of_lanes, arrival.steps, run.depth.count);
  taken.pieces = b.CreateSelect(first.of_lanes, arrival.pieces, index(1));
  kernels::emit_for(frame(), index(0), taken.pieces, [&](Value *number) {
    kernels::emit_if(frame(), first.of_lanes,
                     [&] { lane_loader_.await(lanes, arrival, number); });
    if (both_come_in_pieces())
      kernels::emit_if(frame(), first.of_all, [&] {
        PanelTarget target = row_panel(run, rows.number);
        PanelArrival mine = row_loader_.arrival(target);
        mine.ticket = ticket_of_rows(index(0)); // Others came after it.
        row_loader_.await(target, mine, number);
      });
    kernels::Interval steps = lane_loader_.piece(lanes, taken, number);
    Value *end = b.CreateAdd(steps.begin, steps.count);
    Value *is_last =
        b.CreateICmpEQ(b.CreateAdd(number, index(1)), taken.pieces);
    Value *lag = index(types.are_bytes() ? types.steps_at_once() : 0);
    steps.begin = kernels::larger(b, b.CreateSub(steps.begin, lag), index(0));
    end = b.CreateSub(end, b.CreateSelect(is_last, index(0), lag));
    steps.count = b.CreateSub(end, steps.begin);
    Value *down = b.CreateMul(b.CreateMul(steps.begin, tiling_.pitch),
                              index(size_of(design_.lane_side.type)));
    multiply(steps.count, rows.edges, lanes.edges,
             b.CreateGEP(b.getInt8Ty(), rows.address, down),
             b.CreateGEP(b.getInt8Ty(), lanes.address, down));
  });
}

void MatrixTask::multiply(Value *depth, const kernels::Interval &row_edges,
                          const kernels::Interval &lane_edges, Value *rows,
                          Value *lanes) {
  call_multiply(frame(), tiling_.edge,
                {design_.types(), tiling_.pitch, rows, lanes, row_edges.count,
                 lane_edges.count, depth});
}

void MatrixTask::emit_block(
    const Run &run, const Panel &rows, const Panel &lanes,
    const std::function<void(const Panel &)> &multiply) {
  // Each block has a place of its own only if a later run of the depth needs
  // it; else places are reused, while the last result may still be in transfer.
  Value *kept = b.CreateICmpSGT(tiling_.runs, index(1));
  Value *block = b.CreateAdd(b.CreateMul(rows.number, tiling_.task_lane_panels),
                             lanes.number);
  Value *area = b.CreateMul(tiling_.panel, tiling_.panel);
  Value *made =
      b.CreateAdd(b.CreateMul(lanes.number, panels(rows_)), rows.number);
  Value *turn =
      b.CreateSelect(tiling_.alternates, b.CreateAnd(made, index(1)), index(0));
  Value *place = b.CreateMul(b.CreateSelect(kept, block, turn), area);
  Value *sums = at(eighth(6), place);
  Value *copies = b.CreateGEP(b.getInt8Ty(), eighth(6), tiling_.copies);
  kernels::SumBlock finished{sums, tiling_.panel, rows.edges, lanes.edges};
  Value *edge = tiling_.edge;
  Value *is_shared = b.CreateICmpSGT(tiling_.parts, index(1));
  kernels::emit_if(frame(), b.CreateAnd(run.finishes, b.CreateNot(is_shared)),
                   [&] { transfer_.fetch(finished, copies); });
  kernels::emit_if(
      frame(), run.continues,
      [&] {
        call_load_tiles(frame(), edge, sums);
        return kernels::Values();
      },
      [&] {
        call_zero_tiles(frame(), edge);
        return kernels::Values();
      });
  multiply(rows);
  transfer_.wait(tiling_.alternates);
  call_store_tiles(frame(), edge, sums);
  call_subtract_zeros(
      frame(),
      {sums, tiling_.panel, rows.edges.count, lanes.edges.count,
       run.depth.count},
      numbers_of(PanelSide::rows, rows.address, place_in_pitch(rows.number)),
      numbers_of(PanelSide::lanes, lanes.address, index(0)));
  Value *is_done = kernels::emit_if(
      frame(), b.CreateAnd(run.finishes, is_shared),
      [&] { return kernels::Values{share(finished, copies, block)}; },
      [&] { return kernels::Values{run.finishes}; })[0];
  kernels::emit_if(frame(), is_done, [&] {
    transfer_.emit(epilogue_, finished, copies, batch_);
  });
}

/// Whether the block's sums now include all parts of the depth (i1).
Value *MatrixTask::share(const kernels::SumBlock &block, Value *copies,
                         Value *number) {
  int64_t before = int64_t(design_.block.read.size());
  Value *area = b.CreateMul(tiling_.panel, tiling_.panel);
  Value *room = at(copies, b.CreateMul(area, index(before)));
  Value *is_last =
      parts_.emit({number, number_, part_, block.sums, block.rows.count,
                   block.lanes.count, room, tiling_.channels[result_channel]});
  kernels::emit_if(frame(), is_last, [&] {
    transfer_.fetch(block, copies);
    transfer_.wait();
  });
  return is_last;
}

} // namespace landfall::reef
