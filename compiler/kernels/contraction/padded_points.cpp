//===- padded_points.cpp - Points of N as lanes of a padded copy ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/padded_points.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

analysis::SizePolynomial PaddedPoints::pitch_of(size_t axis) const {
  analysis::SizePolynomial pitch(1);
  for (size_t inner = axis + 1; inner < side_.axes.size(); ++inner)
    pitch = pitch * side_.padded(inner);
  return pitch;
}

analysis::SizePolynomial PaddedPoints::extent_of(size_t axis) const {
  return side_.padded(axis) - side_.axes[axis].halo;
}

Value *PaddedPoints::halo() {
  analysis::SizePolynomial sum;
  for (size_t axis = 0; axis < side_.axes.size(); ++axis)
    sum = sum + side_.axes[axis].halo * pitch_of(axis);
  return sizes_.value(sum);
}

Value *PaddedPoints::lane(Value *point) {
  Value *lane = index(0);
  for (size_t axis = side_.axes.size(); axis-- > 0;) {
    Value *outer = axis > 0 ? b().CreateUDiv(point, extent(axis)) : nullptr;
    Value *at = outer ? b().CreateSub(point, b().CreateMul(outer, extent(axis)))
                      : point;
    lane = b().CreateAdd(lane, b().CreateMul(at, pitch(axis)));
    point = outer;
  }
  return lane;
}

Interval PaddedPoints::lanes(const Interval &points) {
  Value *begin = lane(points.begin);
  Value *last =
      b().CreateAdd(points.begin, b().CreateSub(points.count, index(1)));
  return {begin, b().CreateSub(b().CreateAdd(lane(last), index(1)), begin)};
}

Value *PaddedPoints::most_lanes(Value *points) {
  // An axis ends at most once more than the points fill it, and before each
  // index of the outer axes but the first.
  Value *most = points, *none = index(0);
  for (size_t axis = side_.axes.size(); axis-- > 1;) {
    Value *ends = b().CreateAdd(b().CreateUDiv(points, filled(axis)), index(1));
    analysis::SizePolynomial outer(1);
    for (size_t o = 0; o < axis; ++o)
      outer = outer * extent_of(o);
    Value *all = larger(b(), sizes_.value(outer - 1), none);
    most =
        b().CreateAdd(most, b().CreateMul(smaller(b(), ends, all), gap(axis)));
  }
  return most;
}

Value *PaddedPoints::usual_lanes(Value *points) {
  Value *usual = points;
  for (size_t axis = side_.axes.size(); axis-- > 1;)
    usual = b().CreateAdd(
        usual, ceil_div(b(), b().CreateMul(points, gap(axis)), filled(axis)));
  return usual;
}

Value *PaddedPoints::filled(size_t axis) {
  analysis::SizePolynomial points(1);
  for (size_t inner = axis; inner < side_.axes.size(); ++inner)
    points = points * extent_of(inner);
  return larger(b(), sizes_.value(points), index(1));
}

Value *PaddedPoints::gap(size_t axis) {
  return sizes_.value(side_.axes[axis].halo * pitch_of(axis));
}

PaddedPoints::Place PaddedPoints::place_of(const IndexValues &taps) {
  Place place{index(0), index(0)};
  for (size_t axis = 0; axis < side_.axes.size(); ++axis) {
    const WindowAxis &at = side_.axes[axis];
    if (!at.tap)
      continue;
    // From the least position, which a reversed window ends with.
    Value *moved = b().CreateMul(taps.lookup(*at.tap), index(at.dilation));
    if (at.dilation < 0)
      moved = b().CreateAdd(sizes_.value(at.halo), moved);
    Value *stride = index(at.stride);
    if (at.phases > 1)
      place.phase = b().CreateAdd(b().CreateMul(place.phase, index(at.phases)),
                                  b().CreateURem(moved, stride));
    place.lane = b().CreateAdd(
        place.lane, b().CreateMul(b().CreateUDiv(moved, stride), pitch(axis)));
  }
  return place;
}

void PaddedPoints::for_pieces(Value *is_padded, const Interval &lanes,
                              const std::function<void(const Piece &)> &body) {
  size_t inner = side_.axes.size() - 1;
  Value *row_lanes = padded(inner), *row_points = extent(inner);
  Value *end = b().CreateAdd(lanes.begin, lanes.count);
  std::vector<analysis::LoopSpan> outer(side_.copy.lanes.begin(),
                                        side_.copy.lanes.end() - 1);
  auto if_padded = [&](Value *value, Value *otherwise) {
    return b().CreateSelect(is_padded, value, otherwise);
  };
  Value *first = if_padded(b().CreateUDiv(lanes.begin, row_lanes), index(0));
  Value *last = if_padded(ceil_div(b(), end, row_lanes), index(1));
  emit_for(sizes_.frame(), first, last, [&](Value *row) {
    Value *start = b().CreateMul(row, row_lanes);
    Value *low = larger(b(), lanes.begin, start);
    Value *high = smaller(b(), end, b().CreateAdd(start, row_points));
    IndexValues indices;
    split_index(sizes_, outer, row, indices);
    Value *number = index(0), *exists = b().getTrue();
    for (size_t axis = 0; axis < inner; ++axis) {
      Value *at = indices.lookup(outer[axis].variable);
      Value *most = extent(axis);
      number = b().CreateAdd(b().CreateMul(number, most), at);
      exists = b().CreateAnd(exists, b().CreateICmpSLT(at, most));
    }
    Value *count = larger(b(), b().CreateSub(high, low), index(0));
    Value *begin = b().CreateAdd(b().CreateMul(number, row_points),
                                 b().CreateSub(low, start));
    Value *some = b().CreateSelect(exists, count, index(0));
    body({if_padded(b().CreateSub(low, lanes.begin), index(0)),
          {if_padded(begin, lanes.begin), if_padded(some, lanes.count)}});
  });
}

} // namespace landfall::kernels
