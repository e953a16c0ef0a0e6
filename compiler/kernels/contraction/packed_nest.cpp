//===- packed_nest.cpp - The loop nest around blocks of sums --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/packed_nest.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

PackedNest::PackedNest(SizeCode &the_sizes,
                       const ContractionProblem &the_problem,
                       BlockStrategies strategies, const Tiling &the_tiling)
    : sizes(the_sizes), problem(the_problem), tiling(the_tiling),
      lanes(sizes.frame(), problem.shape.width),
      m_side(sizes, lanes, problem.m_side, problem.type),
      n_side(sizes, lanes, problem.n_side, problem.type),
      n_side_by_k(sizes, lanes, problem.n_side_by_k, problem.type),
      strategies_(strategies), epilogue_(sizes, lanes, problem.roles) {
  llvm::Type *byte = b().getInt8Ty();
  n_scratch = b().CreateGEP(byte, frame().scratch, tiling.n_side_at);
  sums_ = b().CreateGEP(byte, frame().scratch, tiling.sums_at);
  for (const BlockStrategy *strategy : strategies)
    if (strategy->pads_n()) {
      padded.emplace(sizes, *problem.windows);
      copy.emplace(sizes, lanes, problem.windows->copy, problem.type);
    }
}

void PackedNest::emit(Value *number) {
  split(number);
  for (Packer *packer : {&m_side, &n_side, &n_side_by_k})
    packer->begin(batch_);
  if (copy) {
    IndexValues indices = batch_;
    problem.windows->add_taps(sizes, problem.roles.space, indices);
    copy->begin(indices);
  }
  for_runs(frame(), tiling.k, tiling.run_k, tiling.runs,
           [&](const Run &run) { emit_run(run); });
}

/// Sets the task's part of the result: task numbers count along N first, then
/// M, then the batch.
void PackedNest::split(Value *number) {
  auto next = [&](Value *parts, Value *most, Value *extent) {
    return take_part(b(), number, parts, most, extent);
  };
  n = next(tiling.n_tasks, tiling.task_n, tiling.n);
  m = next(tiling.m_tasks, tiling.task_m, tiling.m);
  if (padded)
    padded_n = padded->lanes(n);
  split_index(sizes, problem.roles.space, problem.roles.batch_loops, number,
              batch_);
}

/// The best strategy that the sizes suit, if it is not the last, and how much
/// of the task's N it covers.
PackedNest::Sweep PackedNest::special_sweep() {
  size_t last = strategies_.size() - 1;
  Sweep sweep{number_of(last), index(0), index(0), index(problem.shape.n()),
              index(problem.shape.n())};
  for (size_t s = last; s-- > 0;) {
    BlockStrategy::Stretch stretch = strategies_[s]->choose(*this);
    auto prefer = [&](Value *&part, Value *value) {
      part = b().CreateSelect(stretch.suits, value, part);
    };
    prefer(sweep.strategy, number_of(s));
    prefer(sweep.width, stretch.width);
    prefer(sweep.last, stretch.end);
    prefer(sweep.group, stretch.group);
  }
  return sweep;
}

PackedNest::Sweep PackedNest::sweep_of_rest(const Sweep &special) {
  BlockStrategy::Stretch rest = strategies_.back()->choose(*this);
  return {number_of(strategies_.size() - 1), special.last, rest.end, rest.width,
          rest.group};
}

/// With few points of N, packing the M side would take long beside its
/// products. Of the rows in place blocks are whole, so that nothing is read
/// behind them.
Value *PackedNest::rows_in_place(const Sweep &special) {
  if (!problem.m_side.is_plain(problem.kernel, problem.type))
    return nullptr;
  constexpr int64_t few_panels = 16;
  Value *holds = at_most(n.count, few_panels * problem.shape.n());
  for (size_t s = 0; s < strategies_.size(); ++s)
    if (!strategies_[s]->reads_m_in_place())
      holds = b().CreateAnd(holds, b().CreateNot(is(special.strategy, s)));
  Value *height = index(problem.shape.m);
  Value *whole = b().CreateMul(b().CreateUDiv(m.count, height), height);
  return b().CreateSelect(holds, whole, index(0));
}

/// Sets where a block finds its rows; `row`: its first, of the task's.
void PackedNest::place_rows(SumPlace &place, Value *row) {
  Value *packed_stride = index(problem.shape.m_side_stride());
  place.m_data = at(frame().scratch, b().CreateMul(row, packed_stride));
  if (!in_place_rows_)
    return;
  const analysis::Affine &form = problem.m_side.factor.loads[0].offset;
  Value *stride = sizes.value(problem.m_side.row_step(form));
  Value *offset =
      b().CreateAdd(m_side.bases[0].offset,
                    b().CreateAdd(b().CreateMul(stride, place.block.rows.begin),
                                  place.k.begin));
  Value *is_there = b().CreateICmpSLT(row, in_place_rows_);
  place.m_data = b().CreateSelect(is_there, in_place(problem.m_side, offset),
                                  place.m_data);
  place.m_stride = b().CreateSelect(is_there, stride, packed_stride);
}

void PackedNest::emit_run(const Run &run) {
  Sweep special = special_sweep();
  Value *needs = b().CreateICmpSGT(run.k.count, index(0));
  for (size_t s = 0; s < strategies_.size(); ++s)
    if (!strategies_[s]->reads_packed_m())
      needs = b().CreateAnd(needs, b().CreateNot(is(special.strategy, s)));
  in_place_rows_ = rows_in_place(special);
  emit_if(frame(), needs, [&] {
    Interval rows = m;
    Value *data = frame().scratch,
          *stride = index(problem.shape.m_side_stride());
    if (in_place_rows_) {
      rows = {b().CreateAdd(m.begin, in_place_rows_),
              b().CreateSub(m.count, in_place_rows_)};
      data = at(data, b().CreateMul(in_place_rows_, stride));
    }
    PackTarget target{rows, run.k, data, stride};
    m_side.pack(target);
    auto heights = problem.shape.heights(2, problem.most_m());
    Value *last = b().CreateURem(m.count, index(problem.shape.m));
    m_side.clear_rest(target, rows_in_vain(b(), heights, last));
  });
  Sweep rest = sweep_of_rest(special);
  if (strategies_.size() == 1)
    return emit_sweep(run, rest);
  // A loop, so that there is one copy of the code for both sweeps.
  emit_for(frame(), index(0), index(2), [&](Value *number) {
    Value *first = b().CreateICmpEQ(number, index(0));
    auto choose = [&](Value *Sweep::*part) {
      return b().CreateSelect(first, special.*part, rest.*part);
    };
    emit_sweep(run, {choose(&Sweep::strategy), choose(&Sweep::first),
                     choose(&Sweep::last), choose(&Sweep::width),
                     choose(&Sweep::group)});
  });
}

void PackedNest::emit_sweep(const Run &run, const Sweep &sweep) {
  emit_for(frame(), sweep.first, sweep.last, sweep.group, {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             Value *end =
                 smaller(b(), b().CreateAdd(first, sweep.group), sweep.last);
             emit_group(run, sweep, {first, b().CreateSub(end, first)});
             return Values();
           });
}

void PackedNest::emit_group(const Run &run, const Sweep &sweep,
                            const Interval &group) {
  Interval of_n{b().CreateAdd(n.begin, group.begin), group.count};
  make_ready(run, sweep, of_n);
  Value *panel_stride = b().CreateMul(run.k.count, index(problem.shape.n()));
  if (Value *padding = pads(sweep))
    panel_stride =
        b().CreateSelect(padding, index(problem.shape.n()), panel_stride);
  Value *panels = panel_data(run, sweep, of_n);
  auto rows_of = [&](const Interval &rows) {
    emit_for(frame(), group.begin, b().CreateAdd(group.begin, group.count),
             sweep.width, {panels},
             [&](Value *first, llvm::ArrayRef<Value *> data) {
               emit_panel(run, sweep, {first, data[0]}, rows);
               return Values{at(data[0], panel_stride)};
             });
  };
  // With few steps of K, most of the time goes into results. Then a block's
  // rows are those of all panels of the group before the next rows follow, so
  // that memory is written in long pieces.
  Value *few = b().CreateICmpSLE(run.k.count, index(few_steps));
  Value *step = b().CreateSelect(few, index(problem.shape.m),
                                 larger(b(), m.count, index(1)));
  emit_for(frame(), index(0), m.count, step, {},
           [&](Value *row, llvm::ArrayRef<Value *>) {
             rows_of({row, smaller(b(), step, b().CreateSub(m.count, row))});
             return Values();
           });
}

/// Packs the group of panels, if the strategy reads a packed N side.
void PackedNest::make_ready(const Run &run, const Sweep &sweep,
                            const Interval &group) {
  Value *some = b().CreateICmpSGT(run.k.count, index(0));
  for (size_t s = strategies_.size(); s-- > 0;)
    if (strategies_[s]->packs_n())
      emit_if(frame(), b().CreateAnd(some, is(sweep.strategy, s)),
              [&] { strategies_[s]->make_ready(*this, run.k, group); });
}

/// The address of the group of panels: in scratch memory or in the operand.
Value *PackedNest::panel_data(const Run &run, const Sweep &sweep,
                              const Interval &group) {
  Value *reads_in_place = nullptr;
  auto offset = [&] {
    const analysis::Affine &form = problem.n_side.factor.loads[0].offset;
    return b().CreateAdd(
        n_side.bases[0].offset,
        b().CreateAdd(times(problem.n_side.lane_step(form), group.begin),
                      times(problem.n_side.row_step(form), run.k.begin)));
  };
  Value *at_offset = nullptr;
  for (size_t s = strategies_.size(); s-- > 0;) {
    if (!strategies_[s]->reads_n_in_place())
      continue;
    if (!at_offset)
      at_offset = offset();
    Value *reads = is(sweep.strategy, s);
    reads_in_place =
        reads_in_place ? b().CreateOr(reads_in_place, reads) : reads;
  }
  if (!reads_in_place)
    return n_scratch;
  return b().CreateSelect(reads_in_place, in_place(problem.n_side, at_offset),
                          n_scratch);
}

void PackedNest::call_tiles(const SumPlace &place,
                            const TileArguments &arguments) {
  const TileShape &shape = problem.shape;
  Value *narrow =
      b().CreateICmpSLE(place.block.lanes.count, index(shape.width));
  for_height(frame(), shape.heights(2, problem.most_m()),
             place.block.rows.count, [&](unsigned height) {
               auto call = [&](unsigned vectors) {
                 call_tile(frame(), shape, {height, vectors}, arguments);
                 return Values();
               };
               emit_if(
                   frame(), narrow, [&] { return call(1); },
                   [&] { return call(shape.vectors); });
             });
}

Value *PackedNest::in_place(const PackSide &side, Value *offset) {
  const Node &node = frame().kernel.nodes[side.factor.loads[0].node];
  return at(frame().operands[node.index], offset);
}

/// Computes the blocks of a panel for some rows, counted from the task's first.
void PackedNest::emit_panel(const Run &run, const Sweep &sweep,
                            const Panel &panel, const Interval &rows) {
  Interval all = n;
  if (Value *padding = pads(sweep))
    all = {b().CreateSelect(padding, padded_n.begin, n.begin),
           b().CreateSelect(padding, padded_n.count, n.count)};
  Interval of_n{
      b().CreateAdd(all.begin, panel.first),
      smaller(b(), sweep.width, b().CreateSub(all.count, panel.first))};
  // Each block has a place of its own only if sums are kept for another run of
  // K; else all use the first place.
  Value *kept = b().CreateICmpSGT(tiling.runs, index(1));
  Value *panel_at = b().CreateMul(panel.first, tiling.task_m);
  Value *height = index(problem.shape.m);
  Value *end = b().CreateAdd(rows.begin, rows.count);
  emit_for(frame(), rows.begin, end, height, {},
           [&](Value *row, llvm::ArrayRef<Value *>) {
             Interval of_m{b().CreateAdd(m.begin, row),
                           smaller(b(), height, b().CreateSub(end, row))};
             Value *block_at =
                 b().CreateAdd(panel_at, b().CreateMul(row, sweep.width));
             Value *sums =
                 at(sums_, b().CreateSelect(kept, block_at, index(0)));
             SumBlock block{sums, sweep.width, of_m, of_n};
             SumPlace place{run.k,      run.continues, sweep.width, nullptr,
                            panel.data, block,         nullptr};
             place_rows(place, row);
             emit_block(sweep, place);
             emit_if(frame(), run.finishes, [&] { finish(sweep, block); });
             return Values();
           });
}

/// Whether the sweep's lanes are padded (i1); null if those of none are.
Value *PackedNest::pads(const Sweep &sweep) {
  for (size_t s = 0; s < strategies_.size(); ++s)
    if (strategies_[s]->pads_n())
      return is(sweep.strategy, s);
  return nullptr;
}

/// Stores the results of a block, whose lanes may be padded.
void PackedNest::finish(const Sweep &sweep, const SumBlock &block) {
  Value *padding = pads(sweep);
  if (!padding)
    return epilogue_.emit(block, batch_);
  padded->for_pieces(padding, block.lanes,
                     [&](const PaddedPoints::Piece &piece) {
                       SumBlock part = block;
                       part.sums = at(block.sums, piece.first);
                       part.lanes = piece.points;
                       epilogue_.emit(part, batch_);
                     });
}

void PackedNest::emit_block(const Sweep &sweep, const SumPlace &place) {
  llvm::BasicBlock *after = frame().block("summed");
  size_t last = strategies_.size() - 1;
  for (size_t s = last; s-- > 0;) {
    llvm::BasicBlock *here = frame().block("strategy");
    llvm::BasicBlock *next = frame().block("or");
    b().CreateCondBr(is(sweep.strategy, s), here, next);
    b().SetInsertPoint(here);
    strategies_[s]->emit(*this, place);
    b().CreateBr(after);
    b().SetInsertPoint(next);
  }
  strategies_[last]->emit(*this, place);
  b().CreateBr(after);
  b().SetInsertPoint(after);
}

} // namespace landfall::kernels
