//===- window_pack.cpp - Data and weights with the channels innermost -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/windows/window_emitter.h"

namespace landfall::kernels {

using analysis::WindowAxis;
using llvm::Value;

void WindowEmitter::pack_weights(const Item &item) {
  const std::vector<uint32_t> &taps = problem_.taps;
  // All taps as one loop: an index beyond the innermost tap's extent leads to
  // the elements of the next ones.
  if (problem_.transposes_weights)
    return pack_strip(item, {problem_.sum.weight, IndexValues(), taps.back(), 1,
                             index(0), index(0), tile_.taps, weights_, false});
  emit_for(frame_, index(0), tile_.taps, [&](Value *tap) {
    IndexValues at;
    split_index(sizes_, problem_.sum.space, taps, tap, at);
    pack_point(item, problem_.sum.weight, at, nullptr, point(weights_, tap));
  });
}

void WindowEmitter::pack_data(const Item &item) {
  Value *rows = window_reach(sizes_, problem_.row, item.rows, tile_.row_taps);
  Value *first = first_position(problem_.row, item.row, tile_.row_taps);
  // Without taps, nothing says that there are elements at these positions.
  Value *none = b.CreateICmpEQ(tile_.taps, index(0));
  Value *outer_taps = b.CreateSelect(none, index(0), tile_.outer_taps);
  emit_for(frame_, index(0), outer_taps, [&](Value *outer) {
    emit_for(frame_, index(0), rows, [&](Value *row) {
      IndexValues at = item.outer;
      split_index(sizes_, problem_.sum.space, problem_.outer_taps(), outer, at);
      set_position(at, problem_.row, b.CreateAdd(first, row));
      Value *number = b.CreateAdd(times(outer, tile_.data_rows), row);
      pack_row(item, at, point(data_, times(number, tile_.data_columns)));
    });
  });
}

/// The interior, then, over what a strip has written past its end, all other
/// points.
void WindowEmitter::pack_row(const Item &item, const IndexValues &at,
                             Value *target) {
  const WindowAxis &axis = problem_.column;
  Value *count = window_reach(sizes_, axis, item.columns, tile_.column_taps);
  Value *first = first_position(axis, item.column, tile_.column_taps);
  auto pack = [&](Value *column, const llvm::DenseSet<NodeId> *truths) {
    IndexValues here = at;
    set_position(here, axis, b.CreateAdd(first, column));
    pack_point(item, problem_.sum.data, here, truths, point(target, column));
  };
  Interval inside{index(0), index(0)};
  if (problem_.bounds_columns)
    inside = interior(at, first, count);
  Value *end = b.CreateAdd(inside.begin, inside.count);
  if (problem_.transposes_data)
    pack_strip(item, {problem_.sum.data, at, problem_.position_variable(axis),
                      problem_.position_scale(axis), first, inside.begin, end,
                      target, problem_.row.loop.has_value()});
  else
    emit_for(frame_, inside.begin, end,
             [&](Value *column) { pack(column, &guards_); });
  auto skip = [&](Value *column) {
    return b.CreateSelect(b.CreateICmpEQ(column, inside.begin), end, column);
  };
  Value *begin = skip(index(0));
  emit_if(frame_, b.CreateICmpSLT(begin, count), [&] {
    emit_while(frame_, {begin}, [&](llvm::ArrayRef<Value *> now) -> Values {
      if (problem_.padding)
        b.CreateStore(join_.term(lanes_.spread(lanes_.constant(
                          problem_.sum.type, *problem_.padding))),
                      point(target, now[0]));
      else
        pack(now[0], nullptr);
      Value *next = skip(b.CreateAdd(now[0], index(1)));
      return {b.CreateICmpSLT(next, count), next};
    });
  });
}

/// The columns of a row, counted from the position `first`, at which all guards
/// hold, if WindowProblem::bounds_columns.
Interval WindowEmitter::interior(const IndexValues &at, Value *first,
                                 Value *count) {
  Value *low = index(0), *high = count;
  IndexValues here = at;
  set_position(here, problem_.column, first);
  for (const analysis::WindowLoad &load : problem_.sum.data.loads)
    for (const analysis::Affine &condition : *load.conditions) {
      // Holds at column x if form + step * x >= 0.
      int64_t step = *problem_.step(condition, problem_.column).constant();
      Value *form =
          sizes_.add_terms(sizes_.value(condition.constant), condition, here);
      if (step == 0)
        high = b.CreateSelect(b.CreateICmpSGE(form, index(0)), high, index(0));
      else if (step > 0)
        low = larger(b, low, b.CreateNeg(form));
      else
        high = smaller(b, high, b.CreateAdd(form, index(1)));
    }
  low = smaller(b, low, count);
  return {low, larger(b, index(0), b.CreateSub(high, low))};
}

/// Writes up to a vector of points beyond the strip's end.
void WindowEmitter::pack_strip(const Item &item, const Strip &strip) {
  emit_for(frame_, strip.begin, strip.end, lanes_.step(), {},
           [&](Value *begin, llvm::ArrayRef<Value *>) {
             Value *count =
                 smaller(b, lanes_.step(), b.CreateSub(strip.end, begin));
             Value *first =
                 times(b.CreateAdd(strip.first, begin), index(strip.scale));
             Value *to = point(strip.target, begin);
             if (is_plain(strip.factor))
               turn_plain(item, strip, first, count, to);
             else
               turn_computed(item, strip, first, count, to);
             return Values();
           });
}

/// Whether the factor is a load of elements of the sum's type.
bool WindowEmitter::is_plain(const analysis::WindowFactor &factor) const {
  const Node &node = frame_.kernel.nodes[factor.value];
  return node.kind == NodeKind::load && node.type == problem_.sum.type;
}

/// The elements are read and transposed in registers.
void WindowEmitter::turn_plain(const Item &item, const Strip &strip,
                               Value *first, Value *count, Value *to) {
  const std::vector<analysis::WindowLoad> &loads = strip.factor.loads;
  const analysis::WindowLoad &load =
      *llvm::find_if(loads, [&](const analysis::WindowLoad &at) {
        return at.node == strip.factor.value;
      });
  IndexValues at = strip.at;
  at[strip.variable] = first;
  at[problem_.sum.channel] = item.channel;
  Value *offset =
      sizes_.add_terms(sizes_.value(load.offset.constant), load.offset, at);
  Value *from = b.CreateGEP(
      lanes_.scalar_type(problem_.sum.type),
      frame_.operands[frame_.kernel.nodes[load.node].index], offset);
  Value *stride = sizes_.value(load.offset.coefficient(problem_.sum.channel));
  // What is prefetched: the same columns of the next row, as the processor does
  // not follow so many channels by itself; or the weights of the next channels.
  Value *ahead = strip.is_row
                     ? sizes_.value(problem_.step(load.offset, problem_.row))
                     : times(stride, lanes_.step());
  call_shared(frame_, symbol("turn_rows" + join_.suffix()),
              {from, stride, item.channels, count, to, ahead},
              [&](llvm::ArrayRef<Value *> v) {
                lanes_.set_active(v[3]);
                // Lanes beyond the last channel repeat it.
                Value *last = b.CreateSub(v[2], index(1));
                Values rows;
                for (unsigned k = 0; k < problem_.width; ++k) {
                  LaneValue offset =
                      lanes_.index(times(smaller(b, last, index(k)), v[1]));
                  Value *next =
                      b.CreateGEP(lanes_.scalar_type(problem_.sum.type), v[0],
                                  b.CreateAdd(offset.scalar(), v[5]));
                  b.CreateIntrinsic(
                      llvm::Intrinsic::prefetch, {b.getPtrTy()},
                      {next, b.getInt32(0), b.getInt32(3), b.getInt32(1)});
                  rows.push_back(join_.term(
                      lanes_.load(problem_.sum.type, v[0], offset).vector()));
                }
                store_turned(rows, v[4], index(1));
                lanes_.set_active(nullptr);
              });
}

/// The values are computed with consecutive elements in the lanes.
void WindowEmitter::turn_computed(const Item &item, const Strip &strip,
                                  Value *first, Value *count, Value *to) {
  Value *last = b.CreateSub(tile_.channels, index(1));
  auto *square = llvm::ArrayType::get(vector_, problem_.width);
  llvm::AllocaInst *slot = frame_.shared_slot(square, 0);
  lanes_.set_active(count);
  emit_for(frame_, index(0), lanes_.step(), [&](Value *channel) {
    IndexValues at = strip.at;
    // Lanes beyond the last channel repeat it.
    at[problem_.sum.channel] =
        smaller(b, last, b.CreateAdd(item.channel, channel));
    BodyEmitter body(lanes_);
    body.assume(&guards_);
    bind_window(body, problem_, at,
                {strip.variable, LaneValue::linear(first, index(strip.scale))});
    Value *value = lanes_.spread(emit_value(strip.factor.value, body));
    b.CreateStore(join_.term(value), point(slot, channel));
  });
  lanes_.set_active(nullptr);
  turn_square(slot, to, index(1));
}

/// One point: the channels are in the lanes. `truths`: guards that hold.
void WindowEmitter::pack_point(const Item &item,
                               const analysis::WindowFactor &factor,
                               const IndexValues &at,
                               const llvm::DenseSet<NodeId> *truths,
                               Value *target) {
  lanes_.set_active(item.channels);
  BodyEmitter body(lanes_);
  body.assume(truths);
  bind_window(body, problem_, at,
              {problem_.sum.channel, lanes_.index(item.channel)});
  Value *value = lanes_.spread(emit_value(factor.value, body));
  b.CreateStore(join_.term(value), target);
  lanes_.set_active(nullptr);
}

} // namespace landfall::kernels
