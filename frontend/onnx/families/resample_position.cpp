//===- resample_position.cpp - Output to input coordinates ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resample_position.h"

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

} // namespace

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
