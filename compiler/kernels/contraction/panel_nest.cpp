//===- panel_nest.cpp - The loop nest around blocks with panels -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/panel_nest.h"
#include "compiler/kernels/contraction/block_unpack.h"
#include "compiler/kernels/contraction/matrix_tile.h"
#include "compiler/kernels/contraction/panel_tile.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

PanelNest::PanelNest(SizeCode &sizes, const PanelProblem &problem,
                     const PanelCut &cut)
    : sizes_(sizes), problem_(problem), cut_(cut),
      lanes_(sizes.frame(), problem.base.shape.width),
      epilogue_(sizes, lanes_, problem.base.roles) {
  llvm::Type *byte = b().getInt8Ty();
  sums_ = b().CreateGEP(byte, frame().scratch, cut_.sums_at);
  turned_ = b().CreateGEP(byte, frame().scratch, cut_.turned_at);
  if (problem.words)
    words_.emplace(sizes, problem, cut);
  else
    rows_packer_.emplace(sizes, lanes_, problem.other(), problem.base.type);
  if (problem.blocks) {
    block_cut_.emplace(sizes, *problem.blocks);
    unpacker_ = real_products(sizes, *problem.blocks, *block_cut_);
  }
}

Value *PanelNest::at(Value *pointer, Value *offset) {
  return element(b(), lanes_.scalar_type(problem_.base.type), pointer, offset);
}

/// The same for elements of panels, words or not.
Value *PanelNest::panel_at(Value *pointer, Value *offset) {
  Value *bytes = b().CreateMul(offset, index(size_of(shape().panel_type)));
  return element(b(), b().getInt8Ty(), pointer, bytes);
}

void PanelNest::emit(Value *number) {
  split(number);
  if (words_)
    words_->begin(batch_, rows_, points_);
  else
    rows_packer_->begin(batch_);
  if (problem_.panels)
    weights_ = weights();
  find_rows_in_place();
  if (shape().matrix_tiles)
    begin_matrix_tiles(frame());
  for_runs(frame(), cut_.k, cut_.run_k, cut_.runs,
           [&](const Run &run) { emit_run(run); });
  if (shape().matrix_tiles)
    end_matrix_tiles(frame());
}

/// The first panel at the batch index.
Value *PanelNest::weights() {
  const analysis::FactorLoad &load = problem_.weights();
  Value *base =
      sizes_.add_terms(sizes_.value(load.offset.constant), load.offset, batch_);
  if (words_)
    base = b().CreateUDiv(base, index(problem_.words->form.steps()));
  return panel_at(frame().operands[frame().kernel.nodes[load.node].index],
                  base);
}

/// Sets the task's part of the result: task numbers count along the rows first,
/// so that panels stay in a cache, then along the points, then the batch.
void PanelNest::split(Value *number) {
  auto next = [&](Value *parts, Value *most, Value *extent) {
    return take_part(b(), number, parts, most, extent);
  };
  rows_ = next(cut_.row_tasks, cut_.task_rows, cut_.rows);
  points_ = next(cut_.point_tasks, cut_.task_points, cut_.points);
  if (problem_.windows)
    rows_ = PaddedPoints(sizes_, problem_.windows->side).lanes(rows_);
  const analysis::ContractionRoles &roles = problem_.base.roles;
  split_index(sizes_, roles.space, roles.batch_loops, number, batch_);
}

/// The panels that the task packs itself.
Value *PanelNest::packed_panels() {
  return words_ ? words_->panels()
                : unpacker_->at(cut_.unpacked_at, problem_.base.type, index(0));
}

void PanelNest::emit_run(const Run &run) {
  Value *some = b().CreateICmpSGT(run.k.count, index(0));
  if (in_place_)
    some = b().CreateAnd(some, b().CreateICmpSLT(packed_from_, rows_.count));
  emit_if(frame(), some, [&] { pack(run); });
  if (problem_.panels)
    return emit_parts(run);
  for_groups(run, [&](const Group &group) { emit_point_sums(run, group); });
  for_blocks({index(0), rows_.count},
             [&](const Interval &rows) { emit_rows(run, rows); });
}

/// Executes `body` for the groups of the task's points. Task and group begin
/// with a panel, or within one. Packed panels are of the task's points and the
/// run's steps only.
void PanelNest::for_groups(const Run &run,
                           const std::function<void(const Group &)> &body) {
  int64_t panel_width = problem_.width();
  Value *panels = weights_ ? weights_ : packed_panels();
  Value *start = weights_ ? points_.begin : index(0);
  Value *in_run =
      weights_ ? b().CreateMul(run.k.begin, index(panel_width)) : index(0);
  Value *end = round_up(b(), points_.count, index(shape().width));
  emit_while(frame(), {index(0)}, [&](llvm::ArrayRef<Value *> carried) {
    Value *first = carried[0];
    Group group{first, width_of_group(b().CreateSub(end, first)), nullptr};
    Value *point = b().CreateAdd(start, first);
    Value *panel = b().CreateUDiv(point, index(panel_width));
    Value *lane = b().CreateMul(b().CreateURem(point, index(panel_width)),
                                index(shape().panel_steps));
    group.data =
        panel_at(panels, b().CreateAdd(b().CreateMul(panel, cut_.panel_stride),
                                       b().CreateAdd(in_run, lane)));
    body(group);
    Value *next = b().CreateAdd(first, group.width);
    return Values{b().CreateICmpSLT(next, end), next};
  });
}

/// Some rows of all of the task's points, which it has packed: they are stored
/// at once, as rows of results are far apart in memory.
void PanelNest::emit_rows(const Run &run, const Interval &rows) {
  Value *stride = cut_.sums_stride;
  Value *kept = b().CreateICmpSGT(cut_.runs, index(1));
  Value *sums =
      at(sums_,
         b().CreateSelect(kept, b().CreateMul(rows.begin, stride), index(0)));
  for_groups(run, [&](const Group &group) {
    emit_block(run, group, rows, at(sums, group.first), stride);
  });
  emit_if(frame(), run.finishes, [&] {
    if (words_)
      words_->settle(sums, stride, rows, {index(0), points_.count});
    finish({index(0), points_.count, nullptr}, rows, sums, stride);
  });
}

/// Whether there are blocks that are wider than usual, for very few rows.
bool PanelNest::has_wide_blocks() const {
  return !problem_.turned && !needs_tiles();
}

/// The next group's width: wide if the task has as few rows, else n(), or what
/// is left.
Value *PanelNest::width_of_group(Value *left) {
  Value *one = index(shape().width), *usual = index(shape().n());
  Value *width = b().CreateSelect(b().CreateICmpSGE(left, usual), usual, one);
  if (!has_wide_blocks())
    return width;
  for (unsigned rows : {4u, 1u}) {
    if (rows >= shape().m)
      continue;
    Value *wide = index(most_panel_vectors(problem_, rows) * shape().width);
    Value *fits = b().CreateAnd(b().CreateICmpSLE(rows_.count, index(rows)),
                                b().CreateICmpSGE(left, wide));
    width = b().CreateSelect(fits, wide, width);
  }
  return width;
}

void PanelNest::emit_group(const Run &run, const Group &group,
                           const Interval &part) {
  if (!problem_.turned)
    return emit_chunks(run, group, part);
  Value *chunk = index(problem_.chunk());
  emit_for(frame(), index(0), rows_.count, chunk, {},
           [&](Value *start, llvm::ArrayRef<Value *>) {
             Interval rows{
                 start, smaller(b(), chunk, b().CreateSub(rows_.count, start))};
             for_blocks(rows, [&](const Interval &block) {
               Value *sums = sums_of(group, block.begin, index(0));
               emit_block(run, group, block, sums, group.width);
               emit_if(frame(), run.finishes, [&] {
                 if (words_)
                   words_->settle(sums, group.width, block,
                                  {group.first, group.width});
                 turn(group, sums, b().CreateSub(block.begin, start));
               });
             });
             emit_if(frame(), run.finishes, [&] {
               finish(group, rows, turned_, index(turned_stride(problem_)));
             });
             return Values();
           });
}

/// Each row has a place of its own only if sums are kept for another run; else
/// the one that it has in its chunk.
Value *PanelNest::sums_of(const Group &group, Value *row, Value *in_chunk) {
  Value *place = b().CreateAdd(b().CreateMul(group.first, cut_.padded_rows),
                               b().CreateMul(row, group.width));
  Value *kept = b().CreateICmpSGT(cut_.runs, index(1));
  return at(sums_, b().CreateSelect(kept, place,
                                    b().CreateMul(in_chunk, group.width)));
}

/// A block's arguments without its rows and sums.
PanelTileArguments PanelNest::tile_of(const Run &run, const Group &group) {
  PanelTileArguments tile{};
  tile.panels = group.data;
  tile.panel_stride = cut_.panel_stride;
  tile.k = words_ && !weights_ ? words_->in_tiles(run.k.count) : run.k.count;
  tile.continues = run.continues;
  return tile;
}

void PanelNest::emit_block(const Run &run, const Group &group,
                           const Interval &rows, Value *sums, Value *stride) {
  PanelTileArguments tile = tile_of(run, group);
  set_rows(tile, run, rows.begin);
  tile.k_stride = cut_.k_stride;
  tile.sums = sums;
  tile.sums_stride = stride;
  if (problem_.windows) {
    tile.k = words_->tap_words();
    tile.taps = words_->taps();
    tile.offsets = words_->offsets();
  }
  set_share_ahead(b(), shape(), problem_.width(), rows, rows_.count, tile);
  for_height(frame(), heights(), rows.count,
             [&](unsigned height) { call_block(group, tile, height); });
}

/// Whether there is no other way to sum products of bytes of these signs.
bool PanelNest::needs_tiles() const {
  return shape().matrix_tiles && shape().words->needs_tiles();
}

/// So many rows at most are summed by vectors where there are tiles, too:
/// half-empty tiles add bf16 faster than vectors do.
unsigned PanelNest::most_rows_without_tiles() const {
  return !shape().matrix_tiles ? shape().m : shape().words->is_bf16 ? 4 : 8;
}

/// Whether blocks of this height are summed in tiles.
bool PanelNest::is_of_tiles(unsigned height) const {
  return shape().matrix_tiles && height >= tile_edge;
}

/// What blocks in tiles read instead of the last steps of weights.
void PanelNest::copy_tail(const Run &run, const Group &group) {
  if (!is_of_tiles(heights().back()))
    return;
  Value *many =
      is_of_tiles(heights().front())
          ? b().getTrue()
          : b().CreateICmpSGT(rows_.count, index(most_rows_without_tiles()));
  Value *usual = b().CreateICmpSLE(group.width, index(shape().n()));
  Value *steps = problem_.windows ? words_->tap_words() : run.k.count;
  Value *needed =
      b().CreateICmpNE(b().CreateURem(steps, index(tile_edge)), index(0));
  emit_if(frame(), b().CreateAnd(b().CreateAnd(many, usual), needed),
          [&] { words_->copy_tail(group.data, group.width, run.k.count); });
}

/// The sums of a group's points over K are those of a row of ones.
void PanelNest::emit_point_sums(const Run &run, const Group &group) {
  if (!words_ || !words_->needs_point_sums())
    return;
  PanelTileArguments tile = tile_of(run, group);
  tile.rows = words_->ones();
  tile.ahead = tile.ahead_step = index(0);
  tile.row_stride = index(0); // There is one.
  tile.k_stride = index(1);
  tile.sums = words_->point_sums(group.first);
  tile.sums_stride = group.width;
  call_block(group, tile, 1);
}

/// Calls the function for blocks of this height that are as wide as the group.
void PanelNest::call_block(const Group &group, const PanelTileArguments &tile,
                           unsigned height) {
  llvm::SmallVector<unsigned, 4> vectors = {1, shape().vectors};
  // One row may also be in a group for a few rows, where fewer points are left
  // than for its own.
  for (unsigned rows : {4u, 1u}) {
    unsigned wide = most_panel_vectors(problem_, rows);
    bool is_used = rows < shape().m && height <= rows;
    if (has_wide_blocks() && is_used && wide > vectors.back())
      vectors.push_back(wide);
  }
  llvm::BasicBlock *after = frame().block("summed");
  for (unsigned count : vectors) {
    llvm::BasicBlock *next = nullptr;
    if (count != vectors.back()) {
      llvm::BasicBlock *here = frame().block("width");
      next = frame().block("wider");
      b().CreateCondBr(
          b().CreateICmpEQ(group.width, index(count * shape().width)), here,
          next);
      b().SetInsertPoint(here);
    }
    if (!is_of_tiles(height)) {
      TileShape form = shape();
      if (needs_tiles()) // A row of ones: there is no other.
        form.words = form.words->with_ones_as_rows();
      call_panel_tile(frame(), form, {height, count}, problem_.width(), tile);
    } else if (count <= shape().vectors)
      call_matrix_tile(frame(), shape(), {height, count}, problem_.width(),
                       tile, words_->tail());
    b().CreateBr(after);
    b().SetInsertPoint(next ? next : after);
  }
}

} // namespace landfall::kernels
