//===- word_packer_staged.cpp - Words of a side that is [K][N] ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_packer.h"
#include "compiler/kernels/contraction/word_turning.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

std::optional<RowsInPlace> WordPacker::rows_in_place() {
  const PackSide &side = sides_.rows.elements;
  if (side.factor.loads.empty())
    return std::nullopt;
  const analysis::FactorLoad &load = side.factor.loads[0];
  uint32_t operand = frame().kernel.nodes[load.node].index;
  bool may_be =
      problem_.panels && !problem_.turned && !problem_.windows &&
      !problem_.base.shape.matrix_tiles && sides_.rows_along_k &&
      !form().is_bf16 && !sides_.rows_shifted() && !sides_.points_shifted() &&
      side.is_plain(frame().kernel, frame().kernel.operands[operand].dtype);
  if (!may_be)
    return std::nullopt;
  Value *step = sizes_.value(side.row_step(load.offset));
  auto divides = [&](Value *value, int64_t by) {
    return b().CreateICmpEQ(b().CreateURem(value, index(by)), index(0));
  };
  // Rows a page apart would be in the same few places of a cache.
  constexpr int64_t page = 4096;
  Value *holds =
      b().CreateAnd(divides(step, word_bytes), divides(cut_.depth, word_bytes));
  holds = b().CreateAnd(holds, b().CreateNot(divides(step, page)));
  holds = b().CreateAnd(holds, b().CreateICmpEQ(cut_.runs, index(1)));
  Value *first = b().CreateAdd(rows_packer_.bases[0].offset,
                               b().CreateMul(step, rows_.begin));
  return RowsInPlace{holds, byte_at(frame().operands[operand], first),
                     b().CreateUDiv(step, index(word_bytes))};
}

void WordPacker::skip_rows(Value *rows) {
  rows_ = {b().CreateAdd(rows_.begin, rows), b().CreateSub(rows_.count, rows)};
}

/// Packs lanes of a side that is [K][N], to a target or as rows along K.
void WordPacker::pack_staged(Packer &packer, const Run &run,
                             const Interval &depth, const Interval &lanes,
                             const std::optional<Target> &target) {
  Value *staged = at(areas_.staged), *line = index(staged_points);
  bool is_of_tiles = problem_.base.shape.matrix_tiles;
  int64_t line_bytes = staged_points * form().element_bytes();
  llvm::Type *bytes =
      llvm::FixedVectorType::get(b().getInt8Ty(), unsigned(line_bytes));
  emit_for(frame(), index(0), lanes.count, line, {},
           [&](Value *start, llvm::ArrayRef<Value *>) {
             Interval piece{
                 b().CreateAdd(lanes.begin, start),
                 smaller(b(), line, b().CreateSub(lanes.count, start))};
             packer.pack({depth, piece, staged, line});
             // Steps of the last word, or tile, that are beyond K.
             Value *end = b().CreateAdd(
                 depth.count,
                 index(form().steps() * (is_of_tiles ? tile_edge : 1) - 1));
             emit_for(frame(), depth.count, end, [&](Value *step) {
               b().CreateAlignedStore(
                   llvm::Constant::getNullValue(bytes),
                   byte_at(staged, b().CreateMul(step, index(line_bytes))),
                   llvm::Align(staged_points));
             });
             if (target)
               interleave(run, start, *target);
             else
               interleave_rows(run, start);
             return Values();
           });
}

/// A vector of words of the staged elements: a word of each of some points.
Value *WordPacker::staged_words(Value *word, int64_t point) {
  Value *from = byte_at(at(areas_.staged),
                        b().CreateMul(word, index(word_bytes * staged_points)));
  llvm::SmallVector<Value *, steps_of_word> rows;
  for (int64_t step = 0; step < form().steps(); ++step)
    rows.push_back(byte_at(
        from, index((step * staged_points + point) * form().element_bytes())));
  return interleave_steps(b(), form(), rows, problem_.base.shape.width);
}

/// Makes words of the staged elements; `start` is the number of the first
/// point.
void WordPacker::interleave(const Run &run, Value *start,
                            const Target &target) {
  unsigned width = problem_.base.shape.width;
  // Where each vector of points goes, without what the step adds.
  llvm::SmallVector<Value *, 8> places;
  for (int64_t point = 0; point < staged_points; point += width) {
    Value *place = b().CreateAdd(start, index(point));
    if (!problem_.turned)
      place = b().CreateAdd(b().CreateMul(b().CreateUDiv(place, target.width),
                                          target.panel_stride),
                            b().CreateURem(place, target.width));
    places.push_back(place);
  }
  emit_for(frame(), index(0), in_tiles(run.k.count), [&](Value *word) {
    for (int64_t point = 0; point < staged_points; point += width) {
      Value *offset = b().CreateAdd(places[size_t(point / width)],
                                    b().CreateMul(word, target.step_stride));
      b().CreateAlignedStore(staged_words(word, point),
                             word_at(target.words, offset),
                             llvm::Align(register_bytes()));
    }
  });
}

/// The same for rows along K: squares of words are turned.
void WordPacker::interleave_rows(const Run &run, Value *start) {
  unsigned width = problem_.base.shape.width;
  Value *step = index(width), *stride = index(problem_.row_stride());
  // A task's last rows may end before the line does.
  Value *points =
      smaller(b(), index(staged_points), b().CreateSub(rows_.count, start));
  auto square = [&](Value *word, Value *point) {
    int64_t size = form().element_bytes();
    Value *first =
        b().CreateAdd(b().CreateMul(word, index(word_bytes * staged_points)),
                      b().CreateMul(point, index(size)));
    Value *row = b().CreateMul(b().CreateAdd(start, point), stride);
    turn_words(frame(), form(), width,
               {byte_at(at(areas_.staged), first), index(staged_points * size),
                word_at(frame().scratch, b().CreateAdd(row, word)), stride});
  };
  emit_for(frame(), index(0), in_tiles(run.k.count), step, {},
           [&](Value *word, llvm::ArrayRef<Value *>) {
             emit_for(frame(), index(0), points, step, {},
                      [&](Value *point, llvm::ArrayRef<Value *>) {
                        square(word, point);
                        return Values();
                      });
             return Values();
           });
}

} // namespace landfall::kernels
