//===- resize_operands.cpp - Resize and Upsample operands -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resize_operands.h"

#include <cmath>
#include <cstring>

namespace landfall::frontend {
namespace {

Scalar real(Builder &b, Size size) { return cast(b.scalar(size), DType::f64); }

/// How many taps reach one side of a position.
int support(const ResizeRules &rules) {
  return rules.mode == ResizeMode::cubic ? 2 : 1;
}

int plain_taps(const ResizeRules &rules) {
  return rules.mode == ResizeMode::nearest ? 1 : 2 * support(rules);
}

/// Antialiasing stretches the kernel by 1 / scale: floor(-support / scale) + 1
/// is its first tap beside the position.
int64_t stretched_taps(const ResizeRules &rules, double scale) {
  double first = std::floor(-support(rules) / std::min(scale, 1.0)) + 1;
  return 2 - 2 * static_cast<int64_t>(first);
}

/// floor(extent * scale) in f32, as shape inference has it. Exact size
/// arithmetic for the scales that a few bits represent (2, 0.5, 1.25, ...).
std::optional<Size> scaled_extent(Size extent, double scale) {
  if (auto known = extent.constant())
    return static_cast<int64_t>(
        std::floor(static_cast<float>(*known) * static_cast<float>(scale)));
  constexpr int64_t denominator = 64;
  double numerator = scale * denominator;
  if (numerator != std::floor(numerator) || numerator > 1 << 16)
    return std::nullopt;
  return floordiv(extent * static_cast<int64_t>(numerator), denominator);
}

/// The same where the scale or the product is known only to the run.
Size read_scaled_extent(Builder &b, Size extent, const Scales &scales, int j) {
  Tensor result = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    Scalar product =
        cast(b.scalar(extent), DType::f32) * cast(scales.at(b, j), DType::f32);
    return select(scales.at(b, j) > 0, cast(floor(product), DType::i64),
                  b.index(-1));
  });
  return b.read_required(result, 0, {0, INT64_MAX},
                         "'scales' must be positive");
}

/// out / in, where it is a fraction whatever the extents are.
std::optional<ScaleRatio> whole_ratio(Size in, Size out) {
  auto known_in = in.constant(), known_out = out.constant();
  if (known_in && known_out && *known_in > 0)
    return exact_ratio(static_cast<double>(*known_out) /
                       static_cast<double>(*known_in));
  std::optional<int64_t> factor = floordiv(out, in).constant();
  if (factor && *factor > 0 && in * *factor == out)
    return ScaleRatio{*factor, 1};
  return std::nullopt;
}

Size read_stretched_taps(Builder &b, const ResizeRules &rules,
                         const Scales &scales, int j) {
  Tensor result = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    Scalar scale = minimum(scales.at(b, j), 1.0);
    Scalar first = floor(b.literal(DType::f64, -support(rules)) / scale) + 1;
    return cast(2 - 2 * first, DType::i64);
  });
  return b.read(result, 0, {2, INT64_MAX});
}

} // namespace

Size Scales::count() const {
  return tensor ? tensor.element_count() : Size(known.size());
}

Scalar Scales::at(Builder &b, int j) const {
  if (!tensor)
    return b.literal(DType::f64, known[j]);
  return cast(tensor.at({b.index(j)}), DType::f64);
}

Scales scales_operand(const Node &node, int position) {
  Scales scales;
  Tensor tensor = node.input(position, "scales", 1);
  auto data = node.constant_input(position);
  if (!data || data->dtype != DType::f32) {
    scales.tensor = tensor;
    return scales;
  }
  std::vector<float> values(data->bytes.data.size() / sizeof(float));
  if (!values.empty())
    std::memcpy(values.data(), data->bytes.data.data(),
                data->bytes.data.size());
  scales.known.assign(values.begin(), values.end());
  return scales;
}

std::vector<ResizeDim> scaled_dims(const Node &node, Tensor x,
                                   std::span<const int> axes,
                                   const Scales &scales,
                                   const ResizeRules &rules) {
  Builder &b = node.b();
  Size count = axes.size();
  b.require(equal(scales.count(), count),
            "'scales' needs one entry for each of " + count.str() + " axes");
  std::vector<ResizeDim> dims;
  for (int j = 0; j < static_cast<int>(axes.size()); ++j) {
    ResizeDim dim;
    dim.dim = axes[j];
    dim.in = x.dim(axes[j]);
    dim.scale = [&b, scales, j] { return scales.at(b, j); };
    dim.taps = plain_taps(rules);
    if (scales.tensor) {
      dim.out = read_scaled_extent(b, dim.in, scales, j);
      if (rules.antialias)
        dim.taps = read_stretched_taps(b, rules, scales, j);
    } else {
      double scale = scales.known[j];
      node.expect(scale > 0, "'scales' must be positive");
      if (scale == 1 && rules.coordinates != Coordinates::tf_crop_and_resize)
        continue;
      dim.ratio = exact_ratio(scale);
      auto out = scaled_extent(dim.in, scale);
      dim.out = out ? *out : read_scaled_extent(b, dim.in, scales, j);
      if (rules.antialias)
        dim.taps = stretched_taps(rules, scale);
    }
    dims.push_back(dim);
  }
  return dims;
}

std::vector<ResizeDim> sized_dims(Tensor x, std::span<const int> axes,
                                  std::span<const Size> sizes,
                                  AspectRatio ratio, const ResizeRules &rules) {
  Builder &b = x.builder();
  std::vector<Size> asked(sizes.begin(), sizes.end()), extents;
  for (int axis : axes)
    extents.push_back(x.dim(axis));
  // The one scale of a kept aspect ratio is the smallest or largest of all.
  auto scale = [&b, asked, extents, ratio](size_t j) {
    Scalar own = real(b, asked[j]) / real(b, extents[j]);
    for (size_t k = 0; ratio != AspectRatio::stretch && k < asked.size(); ++k) {
      Scalar other = real(b, asked[k]) / real(b, extents[k]);
      own = ratio == AspectRatio::not_larger ? minimum(own, other)
                                             : maximum(own, other);
    }
    return own;
  };
  // Rounding half up is monotonic, so the extreme scale gives the extreme size.
  auto extent = [&](size_t j) {
    Size out = asked[j];
    for (size_t k = 0; ratio != AspectRatio::stretch && k < asked.size(); ++k) {
      Size other = floordiv(2 * asked[k] * extents[j] + extents[k],
                            2 * max(extents[k], 1));
      out = k == 0                             ? other
            : ratio == AspectRatio::not_larger ? min(out, other)
                                               : max(out, other);
    }
    return out;
  };
  std::vector<ResizeDim> dims;
  for (size_t j = 0; j < axes.size(); ++j) {
    ResizeDim dim;
    dim.dim = axes[j];
    dim.in = extents[j];
    dim.out = extent(j);
    dim.scale = [scale, j] { return scale(j); };
    if (ratio == AspectRatio::stretch)
      dim.ratio = whole_ratio(dim.in, dim.out);
    dim.taps = plain_taps(rules);
    if (rules.antialias) {
      // As stretched_taps, with scale = out / in.
      Size stretched = max(dim.in, dim.out) * support(rules);
      dim.taps = 2 * ceildiv(stretched, max(dim.out, 1));
    }
    if (dim.in != dim.out ||
        rules.coordinates == Coordinates::tf_crop_and_resize)
      dims.push_back(dim);
  }
  return dims;
}

} // namespace landfall::frontend
