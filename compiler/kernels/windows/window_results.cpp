//===- window_results.cpp - From sums of windows to results ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_results.h"

namespace landfall::kernels {

using llvm::Value;

void bind_window(BodyEmitter &body, const WindowProblem &problem,
                 const IndexValues &at, const LaneIndex &lane) {
  for (uint32_t v = 0; v < problem.sum.space.params.size(); ++v) {
    Value *value = at.lookup(v);
    body.bind(problem.sum.space.params[v],
              v == lane.variable
                  ? lane.value
                  : LaneValue::uniform(DType::i64,
                                       value ? value : body.frame().index(0)));
  }
}

WindowResults::WindowResults(const WindowProblem &problem, Lanes &lanes)
    : problem_(problem), lanes_(lanes), frame_(lanes.frame()), b(lanes.b()),
      fixed_(lanes) {
  for (NodeId yield : frame_.kernel.body.yields)
    emit_known(yield, fixed_);
}

BodyEmitter WindowResults::emit_channels(const LaneValue &channels) {
  BodyEmitter body(lanes_, &fixed_);
  body.bind(problem_.sum.space.params[problem_.sum.channel], channels);
  for (NodeId yield : frame_.kernel.body.yields)
    emit_known(yield, body);
  return body;
}

void WindowResults::emit_channel(const Part &part, Value *sums) {
  IndexValues at = part.at;
  BodyEmitter channel = emit_channels(
      LaneValue::uniform(DType::i64, at.lookup(problem_.sum.channel)));
  if (problem_.row.loop)
    at[*problem_.row.loop] = part.row;
  // Rows that join are one long row, which begins in the first of them.
  if (!problem_.row.loop || problem_.rows_join)
    return emit_row(at, channel, part.column,
                    b.CreateMul(part.rows, part.columns), sums);
  llvm::Type *type = lanes_.scalar_type(problem_.sum.type);
  emit_for(frame_, frame_.index(0), part.rows, [&](Value *row) {
    IndexValues here = at;
    here[*problem_.row.loop] = b.CreateAdd(part.row, row);
    emit_row(here, channel, part.column, part.columns,
             element(b, type, sums, b.CreateMul(row, part.columns)));
  });
}

/// `count` results from the column `first` on.
void WindowResults::emit_row(const IndexValues &at, const BodyEmitter &channel,
                             Value *first, Value *count, Value *sums) {
  llvm::Type *type = lanes_.scalar_type(problem_.sum.type);
  llvm::Align align(uint64_t(size_of(problem_.sum.type)));
  auto vector = [&](Value *lane) {
    Value *sum = b.CreateAlignedLoad(lanes_.vector_type(problem_.sum.type),
                                     element(b, type, sums, lane), align);
    emit_in(channel, at,
            {*problem_.column.loop, lanes_.index(b.CreateAdd(first, lane))},
            sum);
  };
  Value *whole = b.CreateSub(count, lanes_.remainder(count));
  emit_for(frame_, frame_.index(0), whole, lanes_.step(), {},
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

Value *WindowResults::finish(const IndexValues &at, const LaneIndex &lane,
                             Value *sum) {
  BodyEmitter body(lanes_, &fixed_);
  bind_window(body, problem_, at, lane);
  body.bind(problem_.sum.fold, LaneValue::varying(problem_.sum.type, sum));
  return lanes_.spread(emit_value(problem_.turned, body));
}

void WindowResults::emit_in(const BodyEmitter &outer, const IndexValues &at,
                            const LaneIndex &lane, Value *sum,
                            llvm::function_ref<void(BodyEmitter &)> before) {
  const Kernel &kernel = frame_.kernel;
  BodyEmitter body(lanes_, &outer);
  bind_window(body, problem_, at, lane);
  body.bind(problem_.turned, LaneValue::varying(problem_.sum.type, sum));
  if (before)
    before(body);
  for (NodeId yield : kernel.body.yields)
    emit_value(yield, body);
  size_t yield = 0;
  for (uint32_t k = 0; k < kernel.operands.size(); ++k)
    if (kernel.operands[k].written) {
      LaneValue offset = body.offset(k, kernel.body.params);
      lanes_.store(kernel.operands[k].dtype, frame_.operands[k], offset,
                   body.value(kernel.body.yields[yield++]));
    }
}

} // namespace landfall::kernels
