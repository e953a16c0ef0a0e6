//===- window_results.cpp - From sums of windows to results ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_emitter.h"

namespace landfall::kernels {

using llvm::Value;

void WindowEmitter::emit_results(const Item &item) {
  if (!problem_.channels_last) {
    turn_sums(item);
    return emit_by_channel(item);
  }
  lanes_.set_active(item.channels);
  emit_for(frame_, index(0), item.rows, [&](Value *row) {
    emit_for(frame_, index(0), item.columns, [&](Value *column) {
      IndexValues at = item.outer;
      if (problem_.row.loop)
        at[*problem_.row.loop] = b.CreateAdd(item.row, row);
      at[*problem_.column.loop] = b.CreateAdd(item.column, column);
      Value *number = b.CreateAdd(times(row, item.columns), column);
      emit_result(at, {problem_.sum.channel, lanes_.index(item.channel)},
                  b.CreateLoad(vector_, point(sums_, number)));
    });
  });
  lanes_.set_active(nullptr);
}

/// [row][column][channel] to [channel][row][column].
void WindowEmitter::turn_sums(const Item &item) {
  Value *count = times(item.rows, item.columns);
  Value *stride = b.CreateUDiv(tile_.pitch, lanes_.step());
  emit_for(frame_, index(0), count, lanes_.step(), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             turn_square(point(sums_, first),
                         point(turned_, b.CreateUDiv(first, lanes_.step())),
                         stride);
             return Values();
           });
}

void WindowEmitter::emit_by_channel(const Item &item) {
  llvm::Type *element = lanes_.scalar_type(problem_.sum.type);
  emit_for(frame_, index(0), item.channels, [&](Value *channel) {
    IndexValues at = item.outer;
    at[problem_.sum.channel] = b.CreateAdd(item.channel, channel);
    Value *sums = b.CreateGEP(element, turned_, times(channel, tile_.pitch));
    if (problem_.row.loop)
      at[*problem_.row.loop] = item.row;
    // Rows that join are one long row, which begins in the first of them.
    if (!problem_.row.loop || problem_.rows_join)
      return emit_lanes(at, item.column, times(item.rows, item.columns), sums);
    emit_for(frame_, index(0), item.rows, [&](Value *row) {
      IndexValues here = at;
      here[*problem_.row.loop] = b.CreateAdd(item.row, row);
      emit_lanes(here, item.column, item.columns,
                 b.CreateGEP(element, sums, times(row, item.columns)));
    });
  });
}

/// `count` results from the column `first` on.
void WindowEmitter::emit_lanes(const IndexValues &at, Value *first,
                               Value *count, Value *sums) {
  llvm::Type *element = lanes_.scalar_type(problem_.sum.type);
  llvm::Align align(uint64_t(size_of(problem_.sum.type)));
  auto vector = [&](Value *lane) {
    Value *sum =
        b.CreateAlignedLoad(vector_, b.CreateGEP(element, sums, lane), align);
    emit_result(at,
                {*problem_.column.loop, lanes_.index(b.CreateAdd(first, lane))},
                sum);
  };
  Value *whole = b.CreateSub(count, lanes_.remainder(count));
  emit_for(frame_, index(0), whole, lanes_.step(), {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             vector(lane);
             return Values();
           });
  emit_if(frame_, b.CreateICmpSLT(whole, count), [&] {
    lanes_.set_active(b.CreateSub(count, whole));
    vector(whole);
    lanes_.set_active(nullptr);
  });
}

/// The epilogue, and the stores.
void WindowEmitter::emit_result(const IndexValues &at, const LaneIndex &lane,
                                Value *sum) {
  const Kernel &kernel = frame_.kernel;
  BodyEmitter body(lanes_);
  bind(body, at, lane);
  body.bind(problem_.sum.fold, LaneValue::varying(problem_.sum.type, sum));
  for (NodeId yield : kernel.body.yields)
    value_of(yield, body);
  size_t yield = 0;
  for (uint32_t k = 0; k < kernel.operands.size(); ++k)
    if (kernel.operands[k].written) {
      LaneValue offset = body.offset(k, kernel.body.params);
      lanes_.store(kernel.operands[k].dtype, frame_.operands[k], offset,
                   body.value(kernel.body.yields[yield++]));
    }
}

} // namespace landfall::kernels
