//===- nest_windows.cpp - Windows with padding, some rows at a time -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Consecutive result rows of a window (convolution, pooling) read mostly the
// same elements. So the interior is computed in blocks of several rows, in
// which equal loads are done once. Rows near an edge are computed one by one.
//
//      0      from                 to   columns
//      +-------+--------------------+-----+
//      | edges |  full vectors in   |edges|  one row, or plan_.window_rows
//      |       |  the interior      |     |
//      +-------+--------------------+-----+
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

namespace landfall::kernels {

using llvm::Value;

/// for (i = low; i < high; i = body(i)).
void NestEmitter::walk_while_below(
    Value *low, Value *high, const std::function<Value *(Value *)> &body) {
  emit_if(frame_, b.CreateICmpSLT(low, high), [&] {
    emit_while(frame_, {low}, [&](llvm::ArrayRef<Value *> now) -> Values {
      Value *next = body(now[0]);
      return {b.CreateICmpSLT(next, high), next};
    });
  });
}

void NestEmitter::emit_windows(Value *low, Value *high, BodyEmitter &outer) {
  Value *one = frame_.index(1), *rows = frame_.index(plan_.window_rows);
  walk_while_below(low, high, [&](Value *row) {
    auto single = [&] {
      emit_single(row, outer);
      return Values{b.CreateAdd(row, one)};
    };
    if (plan_.window_rows == 1)
      return single()[0];
    Value *end = b.CreateAdd(row, rows);
    Stretch inside = stretch(row, b.CreateSub(end, one), outer);
    Value *fits = b.CreateAnd(
        b.CreateICmpSLE(end, high),
        b.CreateAnd(is_between_edges(row, outer),
                    is_between_edges(b.CreateSub(end, one), outer)));
    return emit_if(
        frame_, fits,
        [&] {
          emit_interior(row, plan_.window_rows, inside, outer);
          emit_edges(row, plan_.window_rows, inside,
                     &interior_.row_comparisons(), outer);
          return Values{end};
        },
        single)[0];
  });
}

void NestEmitter::emit_single(Value *row, BodyEmitter &outer) {
  auto emit = [&](Stretch inside, const llvm::DenseSet<NodeId> *truths) {
    emit_interior(row, 1, inside, outer);
    emit_edges(row, 1, inside, truths, outer);
    return Values();
  };
  if (!interior_.is_by_rows()) {
    emit(stretch(row, row, outer), nullptr);
    return;
  }
  emit_if(
      frame_, is_between_edges(row, outer),
      [&] { return emit(stretch(row, row, outer), &interior_.comparisons()); },
      [&] {
        Value *none = frame_.index(0);
        emit_edges(row, 1, {none, none}, nullptr, outer);
        return Values();
      });
}

/// The values of the outer indices in this row.
std::function<Value *(NodeId)> NestEmitter::indices_of(Value *row,
                                                       BodyEmitter &outer) {
  return [this, row, &outer](NodeId index) -> Value * {
    if (index == param(plan_.lane_place - 1))
      return row;
    return outer.has(index) ? outer.value(index).scalar() : nullptr;
  };
}

/// i1: all row comparisons are true in this row.
Value *NestEmitter::is_between_edges(Value *row, BodyEmitter &outer) {
  return interior_.emit_row(frame_, indices_of(row, outer));
}

/// The columns (full vectors) that are in the interior in the first and in the
/// last row; as guards are linear, they are so in all rows between.
NestEmitter::Stretch NestEmitter::stretch(Value *first, Value *last,
                                          BodyEmitter &outer) {
  Interior::Range a = interior_.emit(frame_, indices_of(first, outer));
  Interior::Range z = interior_.emit(frame_, indices_of(last, outer));
  Value *columns = extent(plan_.lane_place), *step = vector_.step();
  Value *low = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, a.low, z.low);
  Value *high = least(least(a.high, z.high), columns);
  low = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, low, frame_.index(0));
  Value *up =
      b.CreateAdd(least(low, columns), b.CreateSub(step, frame_.index(1)));
  Value *from = b.CreateMul(b.CreateUDiv(up, step), step);
  Value *room = b.CreateBinaryIntrinsic(
      llvm::Intrinsic::smax, b.CreateSub(high, from), frame_.index(0));
  Value *groups = b.CreateUDiv(room, step);
  Value *none = b.CreateICmpEQ(groups, frame_.index(0));
  from = b.CreateSelect(none, frame_.index(0), from);
  return {from, b.CreateAdd(from, b.CreateMul(groups, step))};
}

void NestEmitter::emit_interior(Value *row, unsigned rows, Stretch inside,
                                BodyEmitter &outer) {
  emit_for(frame_, inside.from, inside.to, vector_.step(), {},
           [&](Value *column, llvm::ArrayRef<Value *>) {
             emit_block(row, rows, vector_.index(column),
                        &interior_.comparisons(), outer);
             return Values();
           });
}

/// All values before the first store, so that LLVM merges equal loads.
void NestEmitter::emit_block(Value *row, unsigned rows, LaneValue column,
                             const llvm::DenseSet<NodeId> *truths,
                             BodyEmitter &outer) {
  std::vector<std::unique_ptr<BodyEmitter>> points;
  for (unsigned k = 0; k < rows; ++k) {
    points.push_back(std::make_unique<BodyEmitter>(vector_, &outer));
    points.back()->assume(truths);
    emit_values(b.CreateAdd(row, frame_.index(k)), column, *points.back());
  }
  for (auto &point : points)
    emit_results(*point);
}

/// The columns before and after the stretch, with guards except those known to
/// be true.
void NestEmitter::emit_edges(Value *row, unsigned rows, Stretch inside,
                             const llvm::DenseSet<NodeId> *truths,
                             BodyEmitter &outer) {
  Value *columns = extent(plan_.lane_place);
  auto skip = [&](Value *column) {
    return b.CreateSelect(b.CreateICmpEQ(column, inside.from), inside.to,
                          column);
  };
  walk_while_below(skip(frame_.index(0)), columns, [&](Value *column) {
    vector_.set_active(least(vector_.step(), b.CreateSub(columns, column)));
    emit_block(row, rows, vector_.index(column), truths, outer);
    vector_.set_active(nullptr);
    return skip(b.CreateAdd(column, vector_.step()));
  });
}

} // namespace landfall::kernels
