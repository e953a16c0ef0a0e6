//===- boxes.cpp - Parts of a box that bounds let through -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/boxes.h"

#include <algorithm>

namespace landfall::tile {

namespace {

/// Rounds towards minus infinity; b > 0.
int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

class Clipper {
public:
  Clipper(const std::vector<Bound> &bounds,
          const std::function<void(const ClippedBox &)> &visit)
      : bounds_(bounds), visit_(visit) {}

  /// `at[d]` is the position in dimensions that have been walked, which have
  /// one point in the box.
  void walk(const ClippedBox &whole, std::vector<int64_t> at) {
    ClippedBox box = whole;
    box.inside.clear();
    for (const StridedDimension &dim : box.dimensions)
      box.inside.push_back({0, dim.count});
    for (const Bound &bound : bounds_)
      clip(bound, box, at);
    if (box.is_empty())
      return visit_(box);
    size_t walked = SIZE_MAX;
    for (const Bound &bound : bounds_)
      choose(bound, box, at, walked);
    if (walked == SIZE_MAX)
      return visit_(box);
    StridedDimension dim = box.dimensions[walked];
    for (int64_t p = 0; p < dim.count; ++p) {
      ClippedBox part = whole;
      part.dimensions[walked].count = 1;
      for (size_t k = 0; k < max_operands; ++k)
        part.offsets[k] += p * dim.strides[k];
      at[walked] = p;
      walk(part, at);
    }
  }

private:
  /// Whether the bound depends on where in a dimension a point is.
  static bool varies(const Bound &bound, const ClippedBox &box, size_t d) {
    return bound.slopes[d] != 0 && box.dimensions[d].count > 1;
  }

  /// The bound's value at the first point of the box in all dimensions.
  static int64_t base(const Bound &bound, const std::vector<int64_t> &at) {
    int64_t value = bound.constant;
    for (size_t d = 0; d < at.size(); ++d)
      value += bound.slopes[d] * at[d];
    return value;
  }

  void clip(const Bound &bound, ClippedBox &box,
            const std::vector<int64_t> &at) const {
    size_t which = SIZE_MAX;
    int64_t value = base(bound, at), most = value;
    for (size_t d = 0; d < box.dimensions.size(); ++d)
      if (varies(bound, box, d)) {
        most += std::max<int64_t>(0, bound.slopes[d] *
                                         (box.dimensions[d].count - 1));
        which = which == SIZE_MAX ? d : SIZE_MAX - 1;
      }
    if (most < 0) {
      for (Interval &interval : box.inside)
        interval.count = 0;
      if (box.inside.empty())
        box.inside.push_back({0, 0});
    }
    if (which >= box.dimensions.size())
      return;
    // value + slope * p >= 0
    int64_t slope = bound.slopes[which];
    Interval &interval = box.inside[which];
    int64_t first = interval.first, end = interval.first + interval.count;
    if (slope > 0)
      first = std::max(first, -floor_div(value, slope));
    else
      end = std::min(end, floor_div(value, -slope) + 1);
    interval = {first, std::max<int64_t>(0, end - first)};
    if (interval.count == 0)
      interval.first = 0;
  }

  /// Of a bound about several dimensions that cuts what is inside, the shortest
  /// becomes `walked`, if that is not shorter.
  void choose(const Bound &bound, const ClippedBox &box,
              const std::vector<int64_t> &at, size_t &walked) const {
    std::vector<size_t> varying;
    int64_t least = base(bound, at);
    for (size_t d = 0; d < box.dimensions.size(); ++d) {
      if (!varies(bound, box, d))
        continue;
      varying.push_back(d);
      const Interval &in = box.inside[d];
      int64_t slope = bound.slopes[d];
      least += slope * (slope > 0 ? in.first : in.first + in.count - 1);
    }
    if (varying.size() < 2 || least >= 0)
      return;
    for (size_t d : varying)
      if (walked == SIZE_MAX ||
          box.dimensions[d].count < box.dimensions[walked].count)
        walked = d;
  }

  const std::vector<Bound> &bounds_;
  const std::function<void(const ClippedBox &)> &visit_;
};

} // namespace

bool ClippedBox::is_full() const {
  for (size_t d = 0; d < dimensions.size(); ++d)
    if (inside[d].count != dimensions[d].count)
      return false;
  return inside.size() == dimensions.size();
}

bool ClippedBox::is_empty() const {
  return std::ranges::any_of(inside,
                             [](const Interval &i) { return i.count == 0; });
}

void clip_box(const StridedDimensions &dimensions,
              const std::vector<Bound> &bounds,
              const std::function<void(const ClippedBox &)> &visit) {
  for (const StridedDimension &dim : dimensions)
    if (dim.count <= 0)
      return;
  Clipper(bounds, visit)
      .walk({dimensions, {}, {}}, std::vector<int64_t>(dimensions.size()));
}

StridedDimensions inside_of(const ClippedBox &box, Offsets &offsets) {
  StridedDimensions result = box.dimensions;
  offsets = box.offsets;
  for (size_t d = 0; d < result.size(); ++d) {
    result[d].count = box.inside[d].count;
    for (size_t k = 0; k < max_operands; ++k)
      offsets[k] += box.inside[d].first * result[d].strides[k];
  }
  return result;
}

} // namespace landfall::tile
