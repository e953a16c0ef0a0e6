//===- slice.cpp - Ranges with steps along axes -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/axis_list.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace landfall::frontend {
namespace {

struct Range {
  Size start;
  Size step;
  Size count;
};

Size clamp(Size x, Size low, Size high) { return min(max(x, low), high); }

/// A bound counted from the front. Exporters write "to the end" as any large
/// number, from 2^31 - 1 up: no min() with the extent is needed then.
Size from_front(Size bound, Size extent) {
  if (auto value = bound.constant()) {
    if (*value >= std::numeric_limits<int32_t>::max())
      return extent;
    return *value < 0 ? bound + extent : bound;
  }
  if (!known_ge(bound, 0))
    bound = clamp(bound, -1 - extent, extent);
  return bound + less(bound, 0) * extent;
}

/// The bounds for a dimension that only the run names: small enough to compute
/// with, whichever applies.
std::vector<Size> limited(std::span<const Size> bounds, Size extent) {
  std::vector<Size> result;
  for (Size bound : bounds)
    result.push_back(clamp(bound, -1 - extent, extent));
  return result;
}

/// A step that sums do not overflow with. Longer ones meet the same elements:
/// the first.
Size moderate(Size step) {
  constexpr int64_t most = int64_t(1) << 61;
  return known_ge(step, -most) && known_ge(most, step)
             ? step
             : clamp(step, -most, most);
}

/// A negative step walks from start down to, not including, end: both are
/// clamped one lower. So a large end is behind the start and nothing results;
/// ONNX Runtime takes numbers from 2^31 - 1 up for the first element here, too.
Range resolve(Size start, Size end, Size step, Size extent) {
  Size down = less(step, 0);
  start = clamp(from_front(start, extent), 0, extent - down);
  end = clamp(from_front(end, extent), 0 - down, extent);
  return {start, step, max(ceildiv(end - start, step), 0)};
}

// output[i...] = data[start + i * step ...] along each of axes
void slice(const Node &node, std::span<const Size> starts,
           std::span<const Size> ends, std::optional<std::vector<Size>> axes,
           std::span<const Size> steps) {
  Tensor data = node.input(0, "data");
  int rank = data.rank();
  size_t count = starts.size();
  node.expect(ends.size() == count && (!axes || axes->size() == count) &&
                  steps.size() == count && (axes || count <= size_t(rank)),
              "starts, ends, axes and steps differ in length");
  AxisList list = axes ? AxisList(node, *axes, rank)
                       : AxisList(static_cast<int>(count), rank);
  std::vector<Size> offsets, strides, moderated;
  std::ranges::transform(steps, std::back_inserter(moderated), moderate);
  Shape shape;
  for (int d = 0; d < rank; ++d) {
    Size extent = data.dim(d);
    Size step = list.value_at(d, moderated, 1);
    node.b().require(1 - equal(step, 0), "Slice needs steps other than 0");
    auto limits = [&](std::span<const Size> bounds) {
      return list.names(d).is_constant()
                 ? std::vector<Size>(bounds.begin(), bounds.end())
                 : limited(bounds, extent);
    };
    Range range =
        list.names(d) == Size(0)
            ? Range{0, 1, extent}
            : resolve(list.value_at(d, limits(starts), 0),
                      list.value_at(d, limits(ends), extent), step, extent);
    offsets.push_back(range.start);
    strides.push_back(range.step);
    shape.push_back(range.count);
  }
  node.output(strided_slice(data, shape, offsets, strides));
}

void slice_1(Node &node) {
  std::vector<Size> starts = to_sizes(node.ints_attr("starts"));
  std::vector<Size> steps(starts.size(), 1);
  slice(node, starts, to_sizes(node.ints_attr("ends")), axes_of(node, -1, -1),
        steps);
}

void slice_10(Node &node) {
  int rank = node.input(0, "data").rank();
  std::vector<Size> starts = node.input_sizes(1, "starts", rank);
  int count = static_cast<int>(starts.size());
  std::vector<Size> steps(starts.size(), 1);
  if (node.has_input(4))
    steps = sizes_operand(node, 4, "steps", count);
  std::optional<std::vector<Size>> axes;
  if (node.has_input(3))
    axes = sizes_operand(node, 3, "axes", count);
  slice(node, starts, sizes_operand(node, 2, "ends", count), axes, steps);
}

} // namespace

LANDFALL_ONNX(slice, {"Slice", 1, slice_1}, {"Slice", 10, slice_10},
              {"DynamicSlice", 1, slice_10})

} // namespace landfall::frontend
