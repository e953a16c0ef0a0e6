//===- boxes.h - Parts of a box that bounds let through --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/strided.h"

namespace landfall::tile {

/// A condition on points of a box: constant + the sum over dimensions of
/// slope * position >= 0.
struct Bound {
  int64_t constant = 0;
  std::vector<int64_t> slopes; ///< By dimension.
};

/// Positions first, ..., first + count - 1 of a dimension.
struct Interval {
  int64_t first = 0, count = 0;
};

/// A part of a box, and the points of it that all bounds let through: a box of
/// intervals, one a dimension; an interval may be empty.
struct ClippedBox {
  StridedDimensions dimensions;
  Offsets offsets = {}; ///< In bytes, of its first point in each operand.
  std::vector<Interval> inside;

  bool is_full() const;
  bool is_empty() const;
};

/// Cuts a box into parts in which the points that the bounds let through are
/// boxes: one part if each bound is about one dimension; else, dimensions are
/// walked point by point until it is. Parts are in no particular order and
/// contain every point of the box once.
void clip_box(const StridedDimensions &dimensions,
              const std::vector<Bound> &bounds,
              const std::function<void(const ClippedBox &)> &visit);

/// The dimensions of the points inside, and their offsets.
StridedDimensions inside_of(const ClippedBox &box, Offsets &offsets);

} // namespace landfall::tile
