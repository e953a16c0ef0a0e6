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
