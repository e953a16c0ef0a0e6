//===- nest_emitter.cpp - The loops of one task ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

namespace landfall::kernels {

using llvm::Value;

void NestEmitter::emit(Value *task) {
  Value *block = b.CreateUDiv(task, split_.pieces);
  Value *piece = b.CreateSub(task, b.CreateMul(block, split_.pieces));
  Value *first = b.CreateMul(block, split_.rows_per_task);
  Value *last = least(b.CreateAdd(first, split_.rows_per_task), split_.rows);
  piece_low_ = b.CreateMul(piece, split_.piece);
  piece_high_ = least(b.CreateAdd(piece_low_, split_.piece), split_.extent);
  BodyEmitter outer(scalar_);
  if (plan_.recorded)
    outer.record(&*plan_.recorded);
  emit_nodes(0, 0, outer);
  emit_rows(first, last, outer);
}

Values NestEmitter::first_row_indices(Value *row) {
  Values indices(plan_.row_loops, nullptr);
  for (size_t place = plan_.row_loops; place-- > 0;) {
    if (place == 0) {
      indices[place] = row;
      break;
    }
    Value *quotient = b.CreateUDiv(row, extent(place));
    indices[place] = b.CreateSub(row, b.CreateMul(quotient, extent(place)));
    row = quotient;
  }
  return indices;
}

/// Increments the last index; on overflow, sets it to 0 and carries to the one
/// before.
Values NestEmitter::next_row_indices(llvm::ArrayRef<Value *> indices) {
  Values next(indices.begin(), indices.end());
  Value *carry = frame_.index(1);
  for (size_t place = indices.size(); place-- > 0;) {
    Value *up = b.CreateAdd(indices[place], carry);
    if (place == 0) {
      next[place] = up;
      break;
    }
    Value *full = b.CreateICmpEQ(up, extent(place));
    next[place] = b.CreateSelect(full, frame_.index(0), up);
    carry = b.CreateZExt(full, b.getInt64Ty());
  }
  return next;
}

void NestEmitter::emit_rows(Value *first, Value *last, BodyEmitter &outer) {
  if (plan_.row_loops == 0)
    return emit_loop(0, outer);
  if (!stage_.is_empty())
    return emit_staged_rows(first, last, outer);
  if (!plan_.row_folds.empty())
    return emit_row_blocks(first, last, outer);
  emit_for(frame_, first, last, frame_.index(1), first_row_indices(first),
           [&](Value *, llvm::ArrayRef<Value *> indices) {
             emit_row(indices, outer);
             return next_row_indices(indices);
           });
}

void NestEmitter::emit_row(llvm::ArrayRef<Value *> indices,
                           BodyEmitter &outer) {
  BodyEmitter row(scalar_, &outer);
  for (size_t place = 0; place < plan_.row_loops; ++place)
    row.bind(param(place), LaneValue::uniform(DType::i64, indices[place]));
  emit_nodes(1, plan_.row_loops, row);
  emit_loop(plan_.row_loops, row);
}

OperandStage::Row NestEmitter::staged_row(llvm::ArrayRef<Value *> indices) {
  Values own(indices.begin(), indices.end());
  return stage_.row([&](NodeId index) -> std::optional<IndexRange> {
    for (size_t place = 0; place < plan_.row_loops; ++place)
      if (index == param(place))
        return IndexRange{own[place], own[place]};
    if (plan_.cuts && index == param(plan_.row_loops))
      return IndexRange{piece_low_, b.CreateSub(piece_high_, frame_.index(1))};
    return std::nullopt;
  });
}

/// Software pipelining: the next row's operands are fetched while this row is
/// computed.
void NestEmitter::emit_staged_rows(Value *first, Value *last,
                                   BodyEmitter &outer) {
  Values start = first_row_indices(first);
  stage_.fetch(staged_row(start), first);
  emit_for(frame_, first, last, frame_.index(1), start,
           [&](Value *number, llvm::ArrayRef<Value *> indices) {
             Values next = next_row_indices(indices);
             Value *following = b.CreateAdd(number, frame_.index(1));
             Value *ticket = stage_.last_ticket();
             emit_if(frame_, b.CreateICmpSLT(following, last),
                     [&] { stage_.fetch(staged_row(next), following); });
             OperandStage::Row row = staged_row(indices);
             emit_if(
                 frame_, row.fits,
                 [&] {
                   stage_.use(row, number, ticket,
                              [&] { emit_row(indices, outer); });
                   return Values();
                 },
                 [&] {
                   emit_row(indices, outer);
                   return Values();
                 });
             return next;
           });
}

/// Emits the nodes whose LoopPlan::depth is in [from, to].
void NestEmitter::emit_nodes(size_t from, size_t to, BodyEmitter &body) {
  for (size_t k = 0; k < plan_.depth.size(); ++k)
    if (plan_.depth[k] >= from && plan_.depth[k] <= to)
      if (NodeId node = kernel().body.nodes[k]; !body.has(node))
        body.emit(node);
}

void NestEmitter::emit_loop(size_t place, BodyEmitter &outer) {
  if (place == plan_.order.size())
    return emit_results(outer);
  bool cut = plan_.cuts && place == plan_.row_loops;
  Value *low = cut ? piece_low_ : frame_.index(0);
  Value *high = cut ? piece_high_ : extent(place);
  if (plan_.parts.count > 0 && place + 1 == plan_.order.size())
    return emit_side_by_side(low, high, outer);
  if (plan_.tiled && place + 1 == plan_.lane_place)
    return emit_tiles(low, high, outer);
  if (plan_.window_rows > 0 && place + 1 == plan_.lane_place)
    return emit_windows(low, high, outer);
  if (plan_.sharing_rows > 0 && place + 1 == plan_.lane_place)
    return emit_sharing_rows(low, high, outer);
  auto body = [&](LaneValue index) { emit_inside(place, index, outer); };
  if (place == plan_.lane_place && !interior_.comparisons().empty())
    return for_lanes_and_edges(low, high, outer, body);
  if (place == plan_.lane_place)
    return for_lanes(low, high, body);
  emit_for(frame_, low, high, [&](Value *index) {
    emit_inside(place, LaneValue::uniform(DType::i64, index), outer);
  });
}

void NestEmitter::emit_inside(size_t place, LaneValue index,
                              BodyEmitter &outer) {
  BodyEmitter body(lanes_at(place + 1), &outer);
  if (inside_)
    body.assume(&interior_.comparisons());
  body.bind(param(place), index);
  emit_nodes(place + 1, place + 1, body);
  emit_loop(place + 1, body);
}

/// Blocks of rows; in each, all columns; in these, the block's rows.
void NestEmitter::emit_sharing_rows(Value *low, Value *high,
                                    BodyEmitter &outer) {
  Value *step = frame_.index(plan_.sharing_rows);
  emit_for(
      frame_, low, high, step, {}, [&](Value *first, llvm::ArrayRef<Value *>) {
        Value *end = least(b.CreateAdd(first, step), high);
        for_lanes(frame_.index(0), extent(plan_.lane_place),
                  [&](LaneValue index) {
                    BodyEmitter columns(*lanes_, &outer);
                    columns.bind(param(plan_.lane_place), index);
                    for (NodeId node : plan_.shared)
                      columns.emit(node);
                    emit_for(frame_, first, end, [&](Value *row) {
                      BodyEmitter body(*lanes_, &columns);
                      body.bind(param(plan_.lane_place - 1),
                                LaneValue::uniform(DType::i64, row));
                      emit_nodes(plan_.lane_place, plan_.order.size(), body);
                      emit_results(body);
                    });
                  });
        return Values();
      });
}

/// A map's values, stored at the point itself.
void NestEmitter::emit_results(BodyEmitter &body) {
  if (kernel().kind == KernelClass::loops)
    return;
  size_t result = 0;
  for (uint32_t k = 0; k < kernel().operands.size(); ++k) {
    if (!kernel().operands[k].written)
      continue;
    LaneValue offset = body.offset(k, kernel().body.params);
    body.lanes().store(kernel().operands[k].dtype, frame_.operands[k], offset,
                       body.value(kernel().body.yields[result++]));
  }
}

} // namespace landfall::kernels
