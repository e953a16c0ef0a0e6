//===- pool.cpp - Pools ---------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

Pool bind_pool(const Node &node, Tensor x) {
  return {x, bind_window(node, x, pool_kernel(node, x), true)};
}

Scalar Pool::sum_of(std::span<const Scalar> point, DType type,
                    const std::function<Scalar(Scalar)> &term) const {
  Builder &b = x.builder();
  return sum(b, visited_taps(window), type, [&](std::span<const Scalar> k) {
    Tap at = visited_tap(b, window, point.subspan(2), k);
    Scalar zero = b.literal(x.dtype(), 0);
    return term(convert(at.load(x, point.first(2), zero), type));
  });
}

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

WindowMean::WindowMean(const Node &node, const Pool &pool, bool whole_windows)
    : pool_(pool),
      include_pad_(flag_unless_zero(node, "count_include_pad", false)),
      uniform_(!flag_if_one(node, "ceil_mode", false)) {
  const Window &w = pool.window;
  for (size_t axis = 0; axis < w.rank(); ++axis)
    uniform_ &=
        include_pad_ || (w.begin[axis] == Size(0) && w.end[axis] == Size(0));
  whole_windows &= include_pad_;
  uniform_ |= whole_windows;
  common_ = whole_windows ? product(w.kernel) : common_tap_count(w);
}

Scalar WindowMean::at(std::span<const Scalar> point, DType type) const {
  Builder &b = pool_.x.builder();
  const Window &w = pool_.window;
  Scalar total = pool_.sum_of(point, type, [](Scalar value) { return value; });
  Scalar count = uniform_
                     ? b.scalar(max(common_, 1))
                     : maximum(tap_count(b, w, point.subspan(2), include_pad_),
                               1.0); // All padding: 0, not NaN.
  return total / cast(count, type);
}

Scalar power_term(Scalar x, double p) {
  if (p == 1)
    return abs(x);
  if (p == 2)
    return x * x;
  return pow(abs(x), x.builder().literal(x.dtype(), p));
}

Scalar power_root(Scalar sum, double p) {
  if (p == 1)
    return sum;
  if (p == 2)
    return sqrt(sum);
  return pow(sum, sum.builder().literal(sum.dtype(), 1 / p));
}

Shape global_result(const Node &node, Tensor x) {
  node.expect(x.rank() >= 2, "X must have a batch and a channel dimension");
  Shape shape(x.rank(), 1);
  shape[0] = x.dim(0);
  shape[1] = x.dim(1);
  return shape;
}

Scalar global_sum(Tensor x, std::span<const Scalar> point, DType type,
                  const std::function<Scalar(Scalar)> &term) {
  Shape spatial = sublist(x.shape(), 2, x.rank());
  return sum(x.builder(), spatial, type, [&](std::span<const Scalar> i) {
    return term(convert(x.at(joined(point.first(2), i)), type));
  });
}

} // namespace landfall::frontend
