//===- panel_nest_results.cpp - From sums of panels to results ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/panel_nest.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/lanes/transpose_block.h"

namespace landfall::kernels {

using llvm::Value;

/// Parts of the task's rows: with few steps of K all results of a part are
/// stored before the next one's, so that lines of memory are written at once.
/// The panels are then read again for each part, from the second-level cache.
void PanelNest::emit_parts(const Run &run) {
  if (words_ && words_->needs_point_sums())
    for_groups(run, [&](const Group &group) { emit_point_sums(run, group); });
  Value *panels = b().CreateMul(run.k.count, points_.count);
  int64_t cached = frame().machine.caches.l2_bytes / 8 / size_of(shape().type);
  Value *is_cut = b().CreateICmpSLE(panels, index(cached));
  bool may_cut = problem_.words && !problem_.turned && !shape().matrix_tiles;
  auto height = [&](Value *left) {
    return may_cut ? b().CreateSelect(is_cut, height_of_chunk(left), left)
                   : left;
  };
  for_rows({index(0), rows_.count}, height, [&](const Interval &part) {
    for_groups(run, [&](const Group &group) {
      copy_tail(run, group);
      emit_group(run, group, part);
    });
  });
}

/// The rows of the next chunk. Not many are left behind it or none, so that
/// the last block is no small one.
Value *PanelNest::height_of_chunk(Value *left) {
  int64_t usual = rows_of_chunk(problem_);
  Value *is_last = b().CreateICmpSLE(left, index(most_rows_of_chunk(problem_)));
  return b().CreateSelect(is_last, left, index(usual));
}

/// Some rows of a group's results, chunk by chunk.
void PanelNest::emit_chunks(const Run &run, const Group &group,
                            const Interval &part) {
  auto height = [&](Value *left) {
    return problem_.words ? height_of_chunk(left) : next_height(left);
  };
  for_rows(part, height, [&](const Interval &chunk) {
    for_blocks(chunk, [&](const Interval &rows) {
      Value *in_chunk = b().CreateSub(rows.begin, chunk.begin);
      emit_block(run, group, rows, sums_of(group, rows.begin, in_chunk),
                 group.width);
    });
    emit_if(frame(), run.finishes, [&] {
      Value *sums = sums_of(group, chunk.begin, index(0));
      if (words_)
        words_->settle(sums, group.width, chunk, {group.first, group.width});
      finish(group, chunk, sums, group.width);
    });
  });
}

/// Stores the results of some rows, counted from the task's first.
void PanelNest::finish(const Group &group, const Interval &rows, Value *sums,
                       Value *stride) {
  Value *begin = b().CreateAdd(rows_.begin, rows.begin);
  if (PaddedPoints *padded = words_ ? words_->padded() : nullptr)
    padded->for_pieces(b().getTrue(), {begin, rows.count},
                       [&](const PaddedPoints::Piece &piece) {
                         store(group, piece.points, at(sums, piece.first),
                               stride);
                       });
  else
    store(group, {begin, rows.count}, sums, stride);
}

/// The same for rows that are points. Sums of windows are turned.
void PanelNest::store(const Group &group, const Interval &rows, Value *sums,
                      Value *stride) {
  Value *first = b().CreateAdd(points_.begin, group.first);
  Value *count =
      smaller(b(), group.width, b().CreateSub(points_.count, group.first));
  Interval of_points{first, count};
  if (problem_.turned)
    epilogue_.emit({sums, stride, of_points, rows}, batch_);
  else
    epilogue_.emit(
        {sums, stride, rows, of_points, {}, words_ && problem_.panels}, batch_);
}

/// Turns a block of sums: those of its row r and point p go to place `row` + r
/// of row p.
void PanelNest::turn(const Group &group, Value *sums, Value *row) {
  const TileShape &tile = shape();
  int64_t stride = turned_stride(problem_);
  std::string symbol = "turn_" + std::string(name(tile.type));
  call_shared(
      frame(), symbol, {sums, group.width, at(turned_, row)},
      [&](llvm::ArrayRef<Value *> v) {
        llvm::Type *vector = lanes_.vector_type(tile.type);
        llvm::Align align(uint64_t(size_of(tile.type)));
        auto square = [&](Value *point, int64_t first) {
          llvm::SmallVector<Value *, 16> lines;
          for (unsigned line = 0; line < tile.width; ++line) {
            Value *offset = b().CreateMul(v[1], index(first + int64_t(line)));
            lines.push_back(b().CreateAlignedLoad(
                vector, at(v[0], b().CreateAdd(offset, point)), align));
          }
          transpose_block_in_place(b(), lines);
          Value *to =
              b().CreateAdd(b().CreateMul(point, index(stride)), index(first));
          for (unsigned line = 0; line < tile.width; ++line)
            b().CreateAlignedStore(
                lines[line],
                at(v[2], b().CreateAdd(to, index(int64_t(line) * stride))),
                align);
        };
        emit_for(frame(), index(0), v[1], index(tile.width), {},
                 [&](Value *point, llvm::ArrayRef<Value *>) {
                   for (unsigned first = 0; first < tile.m; first += tile.width)
                     square(point, first);
                   return Values();
                 });
      });
}

} // namespace landfall::kernels
