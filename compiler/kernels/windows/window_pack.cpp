//===- window_pack.cpp - Data and weights with the channels innermost -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
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
    pack_point(item, problem_.sum.weight, at, point(weights_, tap));
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

/// The interior in strips, then, over what a strip has written past its end,
/// all other points one by one.
void WindowEmitter::pack_row(const Item &item, const IndexValues &at,
                             Value *target) {
  const WindowAxis &axis = problem_.column;
  Value *count = window_reach(sizes_, axis, item.columns, tile_.column_taps);
  Value *first = first_position(axis, item.column, tile_.column_taps);
  Interval inside{index(0), index(0)};
  if (problem_.transposes_data) {
    inside = interior(at, first, count);
    pack_strip(item, {problem_.sum.data, at, position_variable(axis),
                      position_scale(axis), first, inside.begin,
                      b.CreateAdd(inside.begin, inside.count), target,
                      is_light(problem_.sum.data)});
  }
  Value *end = b.CreateAdd(inside.begin, inside.count);
  auto skip = [&](Value *column) {
    return b.CreateSelect(b.CreateICmpEQ(column, inside.begin), end, column);
  };
  Value *begin = skip(index(0));
  emit_if(frame_, b.CreateICmpSLT(begin, count), [&] {
    emit_while(frame_, {begin}, [&](llvm::ArrayRef<Value *> now) -> Values {
      IndexValues here = at;
      set_position(here, axis, b.CreateAdd(first, now[0]));
      pack_point(item, problem_.sum.data, here, point(target, now[0]));
      Value *next = skip(b.CreateAdd(now[0], index(1)));
      return {b.CreateICmpSLT(next, count), next};
    });
  });
}

/// The columns of a row, counted from the position `first`, at which all guards
/// hold; none if that is not simple to say.
Interval WindowEmitter::interior(const IndexValues &at, Value *first,
                                 Value *count) {
  Value *low = index(0), *high = count;
  auto none = Interval{index(0), index(0)};
  for (const analysis::WindowLoad &load : problem_.sum.data.loads) {
    if (!load.conditions)
      return none;
    for (const analysis::Affine &condition : *load.conditions) {
      std::optional<int64_t> step =
          problem_.step(condition, problem_.column).constant();
      if (condition.uses(problem_.sum.channel) || !step || *step < -1 ||
          *step > 1)
        return none;
      // Holds at column x if form + step * x >= 0.
      IndexValues here = at;
      set_position(here, problem_.column, first);
      Value *form =
          sizes_.add_terms(sizes_.value(condition.constant), condition, here);
      if (*step == 0)
        high = b.CreateSelect(b.CreateICmpSGE(form, index(0)), high, index(0));
      else if (*step > 0)
        low = larger(b, low, b.CreateNeg(form));
      else
        high = smaller(b, high, b.CreateAdd(form, index(1)));
    }
  }
  low = smaller(b, low, count);
  return {low, larger(b, index(0), b.CreateSub(high, low))};
}

/// Whether the factor is so little code that there may be a copy of it for each
/// channel of a group.
bool WindowEmitter::is_light(const analysis::WindowFactor &factor) const {
  const Node &node = frame_.kernel.nodes[factor.value];
  auto is_load = [&](NodeId id) {
    return frame_.kernel.nodes[id].kind == NodeKind::load;
  };
  return is_load(factor.value) ||
         (node.kind == NodeKind::scalar && node.op == ScalarOp::cast &&
          is_load(node.args[0]));
}

/// Writes up to a vector of points beyond the strip's end.
void WindowEmitter::pack_strip(const Item &item, const Strip &strip) {
  unsigned width = problem_.width;
  Value *last = b.CreateSub(tile_.channels, index(1));
  emit_for(frame_, strip.begin, strip.end, lanes_.step(), {},
           [&](Value *begin, llvm::ArrayRef<Value *>) {
             lanes_.set_active(
                 smaller(b, lanes_.step(), b.CreateSub(strip.end, begin)));
             Value *scale = index(strip.scale);
             LaneIndex lane{
                 strip.variable,
                 LaneValue::linear(
                     times(b.CreateAdd(strip.first, begin), scale), scale)};
             auto element = [&](Value *channel) {
               IndexValues at = strip.at;
               // Lanes beyond the last channel repeat it.
               at[problem_.sum.channel] =
                   smaller(b, last, b.CreateAdd(item.channel, channel));
               BodyEmitter body(lanes_);
               body.assume(&guards_);
               bind(body, at, lane);
               return lanes_.spread(value_of(strip.factor.value, body));
             };
             Value *to = point(strip.target, begin);
             if (strip.unrolled) {
               Values rows;
               for (unsigned channel = 0; channel < width; ++channel)
                 rows.push_back(element(index(channel)));
               store_turned(rows, to, index(1));
             } else {
               auto *square = llvm::ArrayType::get(vector_, width);
               llvm::AllocaInst *slot = frame_.shared_slot(square, 0);
               emit_for(frame_, index(0), index(width), [&](Value *channel) {
                 b.CreateStore(element(channel), point(slot, channel));
               });
               turn_square(slot, to, index(1));
             }
             lanes_.set_active(nullptr);
             return Values();
           });
}

/// One point: the channels are in the lanes.
void WindowEmitter::pack_point(const Item &item,
                               const analysis::WindowFactor &factor,
                               const IndexValues &at, Value *target) {
  lanes_.set_active(item.channels);
  BodyEmitter body(lanes_);
  bind(body, at, {problem_.sum.channel, lanes_.index(item.channel)});
  b.CreateStore(lanes_.spread(value_of(factor.value, body)), target);
  lanes_.set_active(nullptr);
}

} // namespace landfall::kernels
