//===- average_pool.cpp - ONNX AveragePool --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, o...] = (sum over k... of X[n, c, tap...]) / number of taps, where
// taps in the padding count if count_include_pad says so; taps beyond the
// padding (ceil_mode) never do.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

/// How many taps of the window at `output` read positions in [low, high).
static Scalar taps_within(Builder &b, const Window &w, size_t axis,
                          Scalar output, Scalar low, Scalar high) {
  Scalar start = output * double(w.strides[axis]) - b.scalar(w.begin[axis]);
  auto taps_before = [&](Scalar limit) {
    Scalar room = maximum(limit - start, 0);
    int64_t step = w.dilations[axis];
    Scalar taps = step == 1 ? room : (room + double(step - 1)) / double(step);
    return minimum(taps, b.scalar(w.kernel[axis]));
  };
  return taps_before(high) - taps_before(low);
}

static Scalar tap_count(Builder &b, const Window &w,
                        std::span<const Scalar> output, bool include_pad) {
  Scalar count = b.index(1);
  for (size_t axis = 0; axis < w.rank(); ++axis) {
    Size before = include_pad ? w.begin[axis] : 0;
    Size after = include_pad ? w.end[axis] : 0;
    count = count * taps_within(b, w, axis, output[axis], b.scalar(0 - before),
                                b.scalar(w.input[axis] + after));
  }
  return count;
}

/// The number where it is the same for all windows: those that stay within the
/// padded input, or one that is clipped to it.
static Size common_tap_count(const Window &w) {
  Size count = 1;
  for (size_t axis = 0; axis < w.rank(); ++axis) {
    Size length = w.begin[axis] + w.input[axis] + w.end[axis];
    count = count * min(w.kernel[axis], ceildiv(length, w.dilations[axis]));
  }
  return count;
}

static void average_pool(Node &node) {
  Builder &b = node.b();
  Pool pool = bind_pool(node);
  const Window &w = pool.window;
  DType type = pool.x.dtype();
  DType compute = compute_type(type);
  bool include_pad = node.flag_attr("count_include_pad", false);
  bool exact = !node.flag_attr("ceil_mode", false);
  for (size_t axis = 0; axis < w.rank(); ++axis)
    exact &=
        include_pad || (w.begin[axis] == Size(0) && w.end[axis] == Size(0));
  node.output(b.map(pool.result(), type, [&](std::span<const Scalar> point) {
    Scalar total =
        pool.sum_of(point, compute, [](Scalar value) { return value; });
    Scalar count = exact
                       ? b.scalar(max(common_tap_count(w), 1))
                       : maximum(tap_count(b, w, point.subspan(2), include_pad),
                                 1.0); // All padding: 0, not NaN.
    return convert(total / cast(count, compute), type);
  }));
}

LANDFALL_ONNX(average_pool, {"AveragePool", 1, average_pool})

} // namespace landfall::frontend
