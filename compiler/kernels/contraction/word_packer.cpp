//===- word_packer.cpp - Packing sides as words ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_packer.h"
#include "compiler/kernels/contraction/matrix_tile.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Lanes of a side that is not dense. They may lie in several lines of
/// an image: longer vectors would be of too many segments.
constexpr unsigned lanes_of_windows = 16;
/// Rows that packing may write beyond the last.
constexpr int64_t rows_beyond = 64;

unsigned lanes_of(const Machine &machine, const PackSide &side,
                  const WordForm &form) {
  return side.is_dense() ? Lanes::natural_width(machine, form.element())
                         : lanes_of_windows;
}

} // namespace

WordAreas::WordAreas(SizeCode &sizes, const PanelProblem &problem,
                     const PanelCut &cut) {
  KernelFrame &frame = sizes.frame();
  llvm::IRBuilderBase &b = frame.b;
  const TileShape &shape = problem.base.shape;
  Value *end = frame.index(0);
  auto area = [&](Value *size) {
    Value *begin = end;
    end = b.CreateAdd(end, round_up(b, size, frame.index(64)));
    return begin;
  };
  auto words = [&](Value *count) {
    return area(b.CreateMul(count, frame.index(size_of(shape.type))));
  };
  // Groups, and whole vectors, may go beyond the task's last point.
  int64_t widest = shape.width * most_panel_vectors(problem, 1);
  Value *rows = b.CreateAdd(cut.padded_rows, frame.index(shape.width));
  Value *points = b.CreateAdd(cut.task_points, frame.index(widest));
  row_zeros = words(rows);
  row_sums = words(rows);
  point_zeros = words(points);
  point_sums = words(points);
  ones = words(b.CreateAdd(cut.run_k, frame.index(shape.width)));
  tail = panels = staged = offsets = end;
  if (problem.panels && shape.matrix_tiles)
    tail = words(frame.index(tail_steps * shape.n()));
  if (!problem.panels)
    panels = words(b.CreateMul(
        cut.run_k, round_up(b, cut.task_points,
                            frame.index(std::max(widest, staged_points)))));
  if (problem.windows) {
    windows.emplace(sizes, *problem.windows, problem.words->form, shape.width,
                    cut.task_lanes);
    staged = area(windows->staged_bytes);
    offsets = area(b.CreateMul(windows->taps, frame.index(sizeof(int64_t))));
  } else if (!problem.panels || !problem.words->rows_along_k) {
    const WordForm &form = problem.words->form;
    staged = area(b.CreateMul(
        frame.index(staged_points * form.element_bytes()),
        b.CreateAdd(b.CreateMul(cut.run_k, frame.index(form.steps())),
                    frame.index(rows_beyond))));
  }
  bytes = end;
}

WordPacker::WordPacker(SizeCode &sizes, const PanelProblem &problem,
                       const PanelCut &cut)
    : sizes_(sizes), problem_(problem), cut_(cut), sides_(*problem.words),
      areas_(sizes, problem, cut),
      row_lanes_(sizes.frame(),
                 lanes_of(sizes.frame().machine, sides_.rows.elements, form())),
      point_lanes_(sizes.frame(), lanes_of(sizes.frame().machine,
                                           sides_.points.elements, form())),
      sum_lanes_(sizes.frame(), problem.base.shape.width),
      rows_packer_(sizes, row_lanes_, sides_.rows.elements, form().element()),
      points_packer_(sizes, point_lanes_, sides_.points.elements,
                     form().element()) {
  rows_packer_.flips_high_bit = form().flips_rows;
  points_packer_.flips_high_bit = form().flips_points;
  if (problem.windows)
    windows_.emplace(sizes, *problem.windows, problem.base.shape.width,
                     *areas_.windows, form());
  if (sides_.rows.zero)
    row_zeros_.emplace(sizes, sum_lanes_, *sides_.rows.zero, DType::i32);
  if (sides_.points.zero)
    point_zeros_.emplace(sizes, sum_lanes_, *sides_.points.zero, DType::i32);
}

Value *WordPacker::at(Value *area) {
  return byte_at(frame().scratch, b().CreateAdd(cut_.words_at, area));
}
Value *WordPacker::byte_at(Value *pointer, Value *offset) {
  return element(b(), b().getInt8Ty(), pointer, offset);
}
Value *WordPacker::word_at(Value *pointer, Value *offset) {
  return element(b(), b().getInt32Ty(), pointer, offset);
}
unsigned WordPacker::register_bytes() const {
  return unsigned(word_bytes) * problem_.base.shape.width;
}
Value *WordPacker::point_sums(Value *first) {
  return word_at(at(areas_.point_sums), first);
}

/// Sets `count` elements of an area, and those up to a whole vector, to
/// `value`, or adds it to them.
void WordPacker::fill(Value *area, Value *count, int64_t value, bool add) {
  llvm::Type *vector = sum_lanes_.vector_type(DType::i32);
  Value *constant = sum_lanes_.splat(b().getInt32(uint32_t(value)));
  emit_for(frame(), index(0), count, sum_lanes_.step(), {},
           [&](Value *place, llvm::ArrayRef<Value *>) {
             Value *address = word_at(at(area), place);
             Value *now = constant;
             if (add)
               now = b().CreateAdd(
                   now, b().CreateAlignedLoad(vector, address, llvm::Align(4)));
             b().CreateAlignedStore(now, address, llvm::Align(4));
             return Values();
           });
}

/// The zero points of the packed bytes of a side.
void WordPacker::pack_zeros(Packer *packer, Value *area, const Interval &lanes,
                            int64_t added) {
  if (!packer)
    return fill(area, lanes.count, added, false);
  packer->pack({{index(0), index(1)}, lanes, at(area), index(0)});
  if (added != 0)
    fill(area, lanes.count, added, true);
}

void WordPacker::begin(const IndexValues &batch, const Interval &rows,
                       const Interval &points) {
  batch_ = batch;
  rows_ = rows;
  points_ = points;
  rows_packer_.begin(batch);
  if (!problem_.panels)
    points_packer_.begin(batch);
  auto zeros_of = [&](std::optional<Packer> &zeros) -> Packer * {
    if (zeros)
      zeros->begin(batch);
    return zeros ? &*zeros : nullptr;
  };
  if (sides_.rows_shifted()) {
    pack_zeros(zeros_of(row_zeros_), areas_.row_zeros, rows_,
               form().added_to_rows());
  }
  if (sides_.points_shifted()) {
    pack_zeros(zeros_of(point_zeros_), areas_.point_zeros, points_,
               form().added_to_points());
    fill(areas_.row_sums, rows_.count, 0, false);
  }
}

void WordPacker::pack(const Run &run) {
  Value *steps = index(form().steps());
  Value *first = b().CreateMul(run.k.begin, steps);
  Interval depth{first, smaller(b(), b().CreateMul(run.k.count, steps),
                                b().CreateSub(cut_.depth, first))};
  if (windows_)
    windows_->emit(batch_, rows_,
                   {frame().scratch, at(areas_.staged), offsets()});
  else if (sides_.rows_along_k)
    rows_packer_.pack({rows_, depth, frame().scratch,
                       index(problem_.row_stride() * form().steps())});
  else if (problem_.rows_side_by_side())
    pack_staged(rows_packer_, run, depth, rows_,
                Target{frame().scratch, index(0), index(0), cut_.k_stride});
  else
    pack_staged(rows_packer_, run, depth, rows_, std::nullopt);
  if (!windows_ && !problem_.rows_side_by_side())
    finish_rows(depth.count);
  else if (!windows_ && sides_.points_shifted())
    sum_turned_rows(run);
  if (needs_point_sums())
    pack_ones(depth.count);
  if (!problem_.panels)
    pack_staged(points_packer_, run, depth, points_,
                Target{panels(), index(problem_.width()), cut_.panel_stride,
                       index(problem_.width())});
}

/// Weights in panels may hold anything beyond K.
void WordPacker::pack_ones(Value *depth) {
  Value *words = b().CreateUDiv(depth, index(steps_of_word));
  Value *left = b().CreateURem(depth, index(steps_of_word));
  fill(areas_.ones, words, four_ones, false);
  Value *bits =
      b().CreateTrunc(b().CreateMul(left, index(8)), b().getInt32Ty());
  Value *mask = b().CreateNot(b().CreateShl(b().getInt32(~0u), bits));
  b().CreateStore(b().CreateAnd(b().getInt32(four_ones), mask),
                  word_at(ones(), words));
}

/// Clears the elements of rows beyond K, up to a whole vector, and adds up the
/// bytes before.
void WordPacker::finish_rows(Value *depth) {
  unsigned width = register_bytes();
  Lanes lanes(frame(), width);
  llvm::Type *bytes = llvm::FixedVectorType::get(b().getInt8Ty(), width);
  llvm::Type *sums = sum_lanes_.vector_type(DType::i32);
  Value *length = b().CreateMul(depth, index(form().element_bytes()));
  Value *left = b().CreateURem(length, index(width));
  Value *whole = b().CreateSub(length, left);
  Value *is_inside =
      b().CreateICmpULT(lanes.lane_numbers(8),
                        lanes.splat(b().CreateTrunc(left, b().getInt8Ty())));
  emit_for(frame(), index(0), rows_.count, [&](Value *row) {
    Value *start =
        byte_at(frame().scratch,
                b().CreateMul(row, index(problem_.row_stride() * word_bytes)));
    emit_if(frame(), b().CreateICmpNE(left, index(0)), [&] {
      Value *end = byte_at(start, whole);
      Value *last = b().CreateAlignedLoad(bytes, end, llvm::Align(width));
      b().CreateAlignedStore(
          b().CreateSelect(is_inside, last,
                           llvm::Constant::getNullValue(bytes)),
          end, llvm::Align(width));
    });
    if (!sides_.points_shifted())
      return;
    Value *ones = sum_lanes_.splat(b().getInt32(four_ones));
    Values total = emit_for(
        frame(), index(0), length, index(width),
        {llvm::Constant::getNullValue(sums)},
        [&](Value *byte, llvm::ArrayRef<Value *> now) {
          Value *words = b().CreateAlignedLoad(sums, byte_at(start, byte),
                                               llvm::Align(width));
          return Values{multiply_add_words(
              frame(), form().with_ones_as_points(), words, ones, now[0])};
        });
    add_row_sums(row, sum_lanes_.reduce(ScalarOp::add, DType::i32, total[0]));
  });
}

/// Adds to the sums of the bytes of rows, from `row` on.
void WordPacker::add_row_sums(Value *row, Value *sums) {
  Value *place = word_at(at(areas_.row_sums), row);
  Value *before = b().CreateAlignedLoad(sums->getType(), place, llvm::Align(4));
  b().CreateAlignedStore(b().CreateAdd(before, sums), place, llvm::Align(4));
}

void WordPacker::sum_turned_rows(const Run &run) {
  llvm::Type *vector = sum_lanes_.vector_type(DType::i32);
  Value *ones = sum_lanes_.splat(b().getInt32(four_ones));
  emit_for(frame(), index(0), rows_.count, sum_lanes_.step(), {},
           [&](Value *row, llvm::ArrayRef<Value *>) {
             Values sums = emit_for(
                 frame(), index(0), run.k.count, index(1),
                 {llvm::Constant::getNullValue(vector)},
                 [&](Value *word, llvm::ArrayRef<Value *> now) {
                   Value *place =
                       b().CreateAdd(b().CreateMul(word, cut_.k_stride), row);
                   Value *words = b().CreateAlignedLoad(
                       vector, word_at(frame().scratch, place), llvm::Align(4));
                   return Values{
                       multiply_add_words(frame(), form().with_ones_as_points(),
                                          words, ones, now[0])};
                 });
             add_row_sums(row, sums[0]);
             return Values();
           });
}

/// A number of words, up to whole tiles if there are some.
Value *WordPacker::in_tiles(Value *words) {
  return problem_.base.shape.matrix_tiles
             ? round_up(b(), words, index(tile_edge))
             : words;
}

void WordPacker::copy_tail(Value *points, Value *count, Value *steps) {
  unsigned width = problem_.base.shape.width;
  Value *panel_width = index(problem_.width());
  llvm::Type *vector = sum_lanes_.vector_type(DType::i32);
  Value *first = first_in_tail(b(), frame(), steps);
  using Words = std::function<Value *(Value * point, Value * step)>;
  auto fill_steps = [&](Value *begin, Value *end, const Words &words) {
    emit_for(frame(), begin, end, [&](Value *step) {
      Value *place =
          b().CreateMul(b().CreateSub(step, first), index(tile_edge));
      emit_for(frame(), index(0), count, index(width), {},
               [&](Value *point, llvm::ArrayRef<Value *>) {
                 Value *to = b().CreateAdd(
                     b().CreateMul(point, index(tail_steps)), place);
                 b().CreateAlignedStore(words(point, step), word_at(tail(), to),
                                        llvm::Align(register_bytes()));
                 return Values();
               });
    });
  };
  fill_steps(first, steps, [&](Value *point, Value *step) {
    Value *panel =
        b().CreateMul(cut_.panel_stride, b().CreateUDiv(point, panel_width));
    Value *from =
        b().CreateAdd(b().CreateAdd(panel, b().CreateMul(step, panel_width)),
                      b().CreateURem(point, panel_width));
    return b().CreateAlignedLoad(vector, word_at(points, from), llvm::Align(4));
  });
  if (!form().is_bf16)
    return;
  // What a tile reads behind them is multiplied by zero, so it must be finite.
  fill_steps(steps, b().CreateAdd(first, index(tail_steps)),
             [&](Value *, Value *) -> Value * {
               return llvm::Constant::getNullValue(vector);
             });
}

void WordPacker::settle(Value *sums, Value *stride, const Interval &rows,
                        const Interval &points) {
  if (!sides_.rows_shifted() && !sides_.points_shifted())
    return;
  llvm::Type *word = b().getInt32Ty();
  llvm::Type *vector = sum_lanes_.vector_type(DType::i32);
  auto load = [&](Value *area, Value *place) {
    return b().CreateAlignedLoad(vector, word_at(at(area), place),
                                 llvm::Align(4));
  };
  Value *depth = sum_lanes_.splat(b().CreateTrunc(cut_.depth, word));
  emit_for(frame(), index(0), rows.count, [&](Value *row) {
    auto of_row = [&](Value *area) {
      return sum_lanes_.splat(b().CreateLoad(
          word, word_at(at(area), b().CreateAdd(rows.begin, row))));
    };
    Value *zero = sides_.rows_shifted() ? of_row(areas_.row_zeros) : nullptr;
    Value *sum = sides_.points_shifted() ? of_row(areas_.row_sums) : nullptr;
    // - zb * (sum of a) - za * (sum of b - K * zb)
    emit_for(
        frame(), index(0), points.count, sum_lanes_.step(), {},
        [&](Value *lane, llvm::ArrayRef<Value *>) {
          Value *address =
              word_at(sums, b().CreateAdd(b().CreateMul(row, stride), lane));
          Value *place = b().CreateAdd(points.begin, lane);
          Value *now = b().CreateAlignedLoad(vector, address, llvm::Align(4));
          Value *of_points = sum ? load(areas_.point_zeros, place) : nullptr;
          if (sum)
            now = b().CreateSub(now, b().CreateMul(of_points, sum));
          if (zero) {
            Value *total = load(areas_.point_sums, place);
            if (sum)
              total = b().CreateSub(total, b().CreateMul(depth, of_points));
            now = b().CreateSub(now, b().CreateMul(zero, total));
          }
          b().CreateAlignedStore(now, address, llvm::Align(4));
          return Values();
        });
  });
}

} // namespace landfall::kernels
