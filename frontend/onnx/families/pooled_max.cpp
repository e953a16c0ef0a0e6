//===- pooled_max.cpp - Maxima of windows ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pooled_max.h"

namespace landfall::frontend {

static Scalar max_at(const Pool &pool, std::span<const Scalar> point) {
  Builder &b = pool.x.builder();
  DType type = pool.x.dtype();
  Shape taps = visited_taps(pool.window);
  return max_of(b, taps, type, [&](std::span<const Scalar> k) {
    return visited_tap(b, pool.window, point.subspan(2), k)
        .load(pool.x, point.first(2), lowest(b, type));
  });
}

/// Work is counted in taps per element of the result; writing an intermediate
/// element and reading it again is worth `pass` of them.
bool is_separated(const Window &w) {
  constexpr double pass = 4;
  double whole = 1, apart = 0, elements = 1;
  for (size_t axis = w.rank(); axis-- > 0;) {
    double taps = double(w.kernel[axis].constant().value_or(1));
    whole *= taps;
    apart += (taps + pass) * elements;
    elements *= double(w.strides[axis]);
  }
  return apart < whole;
}

/// The pool's window along one spatial axis of x alone.
static Pool along_axis(const Pool &pool, Tensor x, size_t axis) {
  const Window &all = pool.window;
  Window w;
  w.clipped = all.clipped;
  w.input = w.output = sublist(x.shape(), 2, x.rank());
  w.output[axis] = all.output[axis];
  w.kernel = Shape(w.rank(), 1);
  w.kernel[axis] = all.kernel[axis];
  w.strides = w.dilations = std::vector<int64_t>(w.rank(), 1);
  w.strides[axis] = all.strides[axis];
  w.dilations[axis] = all.dilations[axis];
  w.begin = w.end = Shape(w.rank(), 0);
  w.begin[axis] = all.begin[axis];
  w.end[axis] = all.end[axis];
  return {x, w};
}

Tensor whole_max(const Pool &pool) {
  return pool.x.builder().map(
      pool.result(), pool.x.dtype(),
      [&](std::span<const Scalar> point) { return max_at(pool, point); });
}

Tensor pooled_max(const Pool &pool) {
  if (!is_separated(pool.window))
    return whole_max(pool);
  Tensor x = pool.x;
  for (size_t axis = 0; axis < pool.window.rank(); ++axis)
    if (pool.window.kernel[axis] != Size(1) || pool.window.strides[axis] != 1)
      x = whole_max(along_axis(pool, x, axis));
  return x;
}

} // namespace landfall::frontend
