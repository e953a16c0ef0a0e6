//===- window.cpp - Windows sliding over spatial dimensions ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/window.h"

#include "frontend/onnx/support/loose_flags.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// Over how many elements the window reaches.
Size reach_of(const Window &w, size_t axis) {
  return (w.kernel[axis] - 1) * w.dilations[axis] + 1;
}

/// Positions of a window that reaches over `reach` of `length` elements.
Size window_count(const Window &w, size_t axis, Size length, Size reach,
                  bool ceil = false) {
  Size room = length - reach;
  int64_t stride = w.strides[axis];
  if (ceil)
    return ceildiv(room, stride) + 1;
  if (!w.clipped || known_ge(room, 0))
    return floordiv(room, stride) + 1;
  // Division towards zero, written without products of sizes: these would grow
  // from pool to pool. Of what lacks two strides and more, nothing is left.
  return floordiv(max(room, 0), stride) + 1 - less(room, 1 - stride);
}

/// Padding by name. SAME: as many outputs as strides in the input.
void pad_automatically(Window &w, const std::string &mode, size_t axis,
                       Size reach) {
  Size in = w.input[axis];
  int64_t stride = w.strides[axis];
  if (mode == "VALID") {
    w.begin.push_back(0);
    w.end.push_back(0);
    w.output.push_back(window_count(w, axis, in, reach));
    return;
  }
  Size out = ceildiv(in, stride);
  Size total = max((out - 1) * stride + reach - in, 0);
  Size half = floordiv(total, 2);
  bool upper = mode == "SAME_UPPER";
  w.begin.push_back(upper ? half : total - half);
  w.end.push_back(upper ? total - half : half);
  w.output.push_back(out);
}

void pad_explicitly(Window &w, const std::vector<int64_t> &pads, bool ceil,
                    size_t axis, Size reach) {
  Size begin = pads[axis], end = pads[w.rank() + axis];
  if (w.clipped && !(known_ge(begin, 0) && known_ge(end, 0) &&
                     known_ge(reach - 1, max(begin, end))))
    throw BuildError(ErrorCode::invalid_model,
                     "a pool's 'pads' must be at least 0 and less than its "
                     "window, so that no window lies in the padding");
  Size in = w.input[axis];
  int64_t stride = w.strides[axis];
  Size out = window_count(w, axis, in + begin + end, reach, ceil);
  // The last window must not start beyond the input and its front padding.
  if (ceil)
    out = out - less(in + begin - 1, (out - 1) * stride);
  w.begin.push_back(begin);
  w.end.push_back(end);
  w.output.push_back(out);
}

/// Whether there is no end padding, so that the division which counts the
/// positions keeps every window inside, but for one that has to be clipped.
bool is_floored(const Window &w, size_t axis) {
  return w.end[axis] == Size(0) &&
         w.output[axis] == window_count(w, axis, w.input[axis] + w.begin[axis],
                                        reach_of(w, axis));
}

/// Whether a window may reach beyond the input's end.
bool may_overrun(const Window &w, size_t axis) {
  Size last = (w.output[axis] - 1) * w.strides[axis] - w.begin[axis] +
              reach_of(w, axis);
  return !is_floored(w, axis) && !known_ge(w.input[axis], last);
}

/// Of a floored window: the condition on the tap's own distance from the
/// window's start. A clipped window has one position, 0; others are inside.
Scalar within_clipped(Builder &b, const Window &w, size_t axis,
                      Scalar distance) {
  Size length = w.input[axis] + w.begin[axis];
  bool fits = known_ge(length, reach_of(w, axis));
  return !w.clipped || fits ? Scalar() : distance < b.scalar(length);
}

} // namespace

std::vector<int64_t> spatial_ints(const Node &node, std::string_view name,
                                  size_t rank, int64_t otherwise) {
  std::vector<int64_t> values = node.ints_attr(name);
  if (values.empty())
    values.assign(rank, otherwise);
  node.expect(values.size() == rank, "attribute " + std::string(name) +
                                         " needs one value a spatial axis");
  return values;
}

static void expect_positive(const Node &node, std::string_view name,
                            const std::vector<int64_t> &values) {
  for (int64_t value : values)
    node.expect(value >= 1,
                "attribute " + std::string(name) + " must be positive");
}

Window bind_window(const Node &node, Tensor x, const Shape &kernel,
                   bool is_pool) {
  Window w;
  w.clipped = is_pool;
  w.input = sublist(x.shape(), 2, x.rank());
  w.kernel = kernel;
  w.strides = spatial_ints(node, "strides", w.rank(), 1);
  w.dilations = spatial_ints(node, "dilations", w.rank(), 1);
  expect_positive(node, "strides", w.strides);
  expect_positive(node, "dilations", w.dilations);
  std::string mode = node.string_attr("auto_pad", "NOTSET");
  bool automatic = mode != "NOTSET" && !mode.empty();
  if (automatic)
    node.expect(mode == "SAME_UPPER" || mode == "SAME_LOWER" || mode == "VALID",
                "auto_pad \"" + mode + "\" is not known");
  std::vector<int64_t> pads(2 * w.rank(), 0);
  if (!automatic)
    pads = spatial_ints(node, "pads", 2 * w.rank(), 0);
  bool ceil = flag_if_one(node, "ceil_mode", false);
  for (size_t axis = 0; axis < w.rank(); ++axis) {
    if (automatic)
      pad_automatically(w, mode, axis, reach_of(w, axis));
    else
      pad_explicitly(w, pads, ceil, axis, reach_of(w, axis));
    const char *rule = "the kernel window is larger than the padded input";
    Size least = is_pool ? 0 : min(w.input[axis], 1);
    node.b().require(1 - less(w.output[axis], least), rule);
    if (is_pool && !ceil) {
      // Division towards zero would give a negative number of positions.
      Size room =
          w.begin[axis] + w.input[axis] + w.end[axis] - reach_of(w, axis);
      node.b().require(
          1 - less(room, 1 - 2 * std::min(w.strides[axis], INT64_MAX / 4)),
          rule);
    }
  }
  return w;
}

Shape convolution_kernel(const Node &node, Tensor x, Tensor w) {
  node.expect(x.rank() >= 3, "X must have a batch, a channel and a spatial "
                             "dimension");
  node.expect(w.rank() == x.rank(), "X and W must have the same rank");
  Shape kernel = sublist(w.shape(), 2, w.rank());
  std::vector<int64_t> declared = node.ints_attr("kernel_shape");
  if (declared.empty())
    return kernel;
  node.expect(declared.size() == kernel.size(),
              "kernel_shape needs one value a spatial axis");
  for (size_t i = 0; i < kernel.size(); ++i)
    require_equal(node.b(), kernel[i], declared[i],
                  "kernel_shape differs from W's shape");
  return Shape(declared.begin(), declared.end());
}

Shape pool_kernel(const Node &node, Tensor x) {
  node.expect(x.rank() >= 3, "X must have a batch, a channel and a spatial "
                             "dimension");
  std::vector<int64_t> kernel = node.ints_attr("kernel_shape");
  node.expect(kernel.size() == size_t(x.rank() - 2),
              "kernel_shape needs one value a spatial axis");
  expect_positive(node, "kernel_shape", kernel);
  constexpr int64_t most_taps = 1 << 24; // Each output would take seconds.
  for (int64_t taps = 1; int64_t extent : kernel) {
    taps *= std::min(extent, most_taps + 1); // Does not overflow.
    if (taps > most_taps)
      node.unsupported("a pool's window has more than 2^24 elements");
  }
  return Shape(kernel.begin(), kernel.end());
}

Scalar both(Scalar a, Scalar b) {
  return a && b ? logical_and(a, b) : (a ? a : b);
}

Scalar Tap::load(Tensor x, std::span<const Scalar> head, Scalar padding) const {
  Scalars all = joined(head, indices);
  return inside ? x.at_or(all, inside, padding) : x.at(all);
}

Tap tap(Builder &b, const Window &w, std::span<const Scalar> output,
        std::span<const Scalar> kernel) {
  Tap tap;
  for (size_t axis = 0; axis < w.rank(); ++axis) {
    Scalar position = output[axis];
    if (w.strides[axis] != 1)
      position = position * double(w.strides[axis]);
    if (w.kernel[axis] != Size(1)) {
      Scalar distance = w.dilations[axis] == 1
                            ? kernel[axis]
                            : kernel[axis] * double(w.dilations[axis]);
      position = position + distance;
      if (is_floored(w, axis))
        tap.inside = both(tap.inside, within_clipped(b, w, axis, distance));
    }
    if (w.begin[axis] != Size(0)) {
      position = position - b.scalar(w.begin[axis]);
      tap.inside = both(tap.inside, position >= 0);
    }
    if (may_overrun(w, axis))
      tap.inside = both(tap.inside, position < b.scalar(w.input[axis]));
    tap.indices.push_back(position);
  }
  return tap;
}

/// Short windows are visited whole: code that knows their length is better.
static bool is_long(const Window &w, size_t axis) {
  return w.kernel[axis].constant().value_or(INT64_MAX) > 16;
}

Shape visited_taps(const Window &w) {
  Shape taps = w.kernel;
  for (size_t axis = 0; axis < w.rank(); ++axis)
    if (is_long(w, axis))
      taps[axis] = min(taps[axis], ceildiv(w.input[axis], w.dilations[axis]));
  return taps;
}

Tap visited_tap(Builder &b, const Window &w, std::span<const Scalar> output,
                std::span<const Scalar> k) {
  Scalars taps(k.begin(), k.end());
  Scalar exists;
  for (size_t axis = 0; axis < w.rank(); ++axis) {
    if (!is_long(w, axis))
      continue;
    // As many as there is padding left before the input.
    Scalar padding = maximum(
        b.scalar(w.begin[axis]) - output[axis] * double(w.strides[axis]), 0);
    double dilation = double(w.dilations[axis]);
    taps[axis] = taps[axis] + (padding + (dilation - 1)) / dilation;
    exists = both(exists, taps[axis] < b.scalar(w.kernel[axis]));
  }
  Tap at = tap(b, w, output, taps);
  at.inside = both(at.inside, exists);
  return at;
}

} // namespace landfall::frontend
