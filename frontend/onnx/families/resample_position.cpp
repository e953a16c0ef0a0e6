//===- resample_position.cpp - Output to input coordinates ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resample_position.h"

#include <cmath>
#include <numeric>

namespace landfall::frontend {
namespace {

Scalar real(Builder &b, Size size) { return cast(b.scalar(size), DType::f64); }

/// i * (in - 1) / (width - 1), and 0 where the width is 1.
Scalar between_corners(Scalar i, Scalar in, Scalar width) {
  Scalar position = i * (in - 1) / (width - 1);
  return select(width == 1, i * 0, position);
}

Scalar crop_position(Builder &b, const ResizeDim &dim, Scalar i) {
  Scalar last = real(b, dim.in) - 1, out = real(b, dim.out);
  Scalar start = dim.roi_start(), end = dim.roi_end();
  Scalar middle = 0.5 * (start + end) * last;
  Scalar position = start * last + i * (end - start) * last / (out - 1);
  return select(out > 1, position, middle);
}

/// Rounds towards minus infinity; b is positive.
int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// The position slope * i + offset, by divisor: of half_pixel and its like.
std::optional<ExactElement> exact_position(Coordinates coordinates,
                                           const ResizeDim &dim) {
  auto [p, q] = *dim.ratio;
  // (i + 1/2) * q / p - 1/2, and so on.
  switch (coordinates) {
  case Coordinates::pytorch_half_pixel:
    // One output element is at 0 whatever the scale. When enlarging it is made
    // of one input element, to which all positions are clamped.
    if (p < q && !(min(dim.out, 2) == Size(2)))
      return std::nullopt;
    [[fallthrough]];
  case Coordinates::half_pixel:
    return ExactElement{2 * q, q - p, 2 * p};
  case Coordinates::tf_half_pixel_for_nn:
    return ExactElement{2 * q, q, 2 * p};
  case Coordinates::asymmetric:
    return ExactElement{2 * q, 0, 2 * p};
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<ScaleRatio> exact_ratio(double scale) {
  constexpr int64_t largest_divisor = 64, largest_multiplier = 1 << 16;
  for (int64_t divisor = 1; divisor <= largest_divisor; divisor *= 2) {
    double multiplier = scale * double(divisor);
    if (multiplier == std::floor(multiplier) && multiplier >= 1 &&
        multiplier <= double(largest_multiplier))
      return ScaleRatio{int64_t(multiplier), divisor};
  }
  return std::nullopt;
}

std::optional<ExactElement> exact_element(Coordinates coordinates, Nearest rule,
                                          const ResizeDim &dim) {
  if (!dim.ratio)
    return std::nullopt;
  std::optional<ExactElement> position = exact_position(coordinates, dim);
  if (!position)
    return std::nullopt;
  auto [slope, offset, divisor] = *position; // Divisor is even.
  if (rule == Nearest::simple)
    rule = dim.ratio->multiplier < dim.ratio->divisor ? Nearest::ceil
                                                      : Nearest::floor;
  if (rule == Nearest::prefer_ceil)
    offset += divisor / 2;
  if (rule == Nearest::prefer_floor)
    offset += divisor / 2 - 1; // Minus a half, then upwards.
  if (rule == Nearest::ceil)
    offset += divisor - 1;
  int64_t common = std::gcd(slope, divisor);
  return ExactElement{slope / common, floor_divide(offset, common),
                      divisor / common};
}

Scalar ExactElement::at(Scalar i) const {
  Scalar scaled = slope == 1 ? i : i * double(slope);
  // Integers divide towards zero: the dividend is made non-negative.
  int64_t whole = floor_divide(offset, divisor);
  int64_t rest = divisor == 1 ? 0 : offset - whole * divisor;
  if (rest != 0)
    scaled = scaled + double(rest);
  Scalar element = divisor == 1 ? scaled : scaled / double(divisor);
  return whole == 0 ? element : element + double(whole);
}

Scalar ExactElement::clamped(Builder &b, const ResizeDim &dim, Scalar i) const {
  Scalar element = at(i);
  if (offset < 0)
    element = maximum(element, b.index(0));
  Size end = dim.in - 1;
  Size last = floordiv((dim.out - 1) * slope + offset, divisor);
  if (!(max(last, end) == end))
    element = minimum(element, b.scalar(end));
  return element;
}

Scalar original_position(Builder &b, Coordinates coordinates,
                         const ResizeDim &dim, Scalar i) {
  Scalar in = real(b, dim.in), out = real(b, dim.out), scale = dim.scale();
  switch (coordinates) {
  case Coordinates::half_pixel:
    return (i + 0.5) / scale - 0.5;
  case Coordinates::pytorch_half_pixel:
    return select(out > 1, (i + 0.5) / scale - 0.5, i * 0);
  case Coordinates::half_pixel_symmetric: {
    // The fractional width is centred in the whole one.
    Scalar offset = in / 2 * (1 - out / (scale * in));
    return offset + (i + 0.5) / scale - 0.5;
  }
  case Coordinates::tf_half_pixel_for_nn:
    return (i + 0.5) / scale;
  case Coordinates::align_corners:
    return between_corners(i, in, scale * in);
  case Coordinates::asymmetric:
    return i / scale;
  case Coordinates::tf_crop_and_resize:
    return crop_position(b, dim, i);
  }
  return i;
}

Scalar nearest_element(Builder &b, Nearest rule, const ResizeDim &dim,
                       Scalar position) {
  Scalar nearest;
  switch (rule) {
  case Nearest::prefer_floor:
    nearest = ceil(position - 0.5);
    break;
  case Nearest::prefer_ceil:
    nearest = floor(position + 0.5);
    break;
  case Nearest::floor:
    nearest = floor(position);
    break;
  case Nearest::ceil:
    nearest = ceil(position);
    break;
  case Nearest::simple:
    nearest = select(dim.scale() < 1, ceil(position), floor(position));
    break;
  }
  return clamp(cast(nearest, DType::i64), b.index(0), b.scalar(dim.in - 1));
}

} // namespace landfall::frontend
