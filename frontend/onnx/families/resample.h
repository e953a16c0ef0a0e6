//===- resample.h - Resizing one dimension after another --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

enum class ResizeMode { nearest, linear, cubic };

enum class Coordinates {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  tf_half_pixel_for_nn,
  align_corners,
  asymmetric,
  tf_crop_and_resize,
};

enum class Nearest { prefer_floor, prefer_ceil, floor, ceil, simple };

/// What does not differ between dimensions.
struct ResizeRules {
  ResizeMode mode = ResizeMode::nearest;
  Coordinates coordinates = Coordinates::half_pixel;
  Nearest nearest = Nearest::prefer_floor;
  bool antialias = false;
  bool exclude_outside = false;
  double cubic_a = -0.75;
  double extrapolation = 0;
};

/// A scale as a fraction in lowest terms; `divisor` is a power of two.
struct ScaleRatio {
  int64_t multiplier;
  int64_t divisor;
};
/// The fraction that equals the scale; nothing if its numbers are large.
std::optional<ScaleRatio> exact_ratio(double scale);

/// One dimension to resize. The callbacks give f64 scalars inside a body.
struct ResizeDim {
  int dim;
  Size in;
  Size out;
  std::function<Scalar()> scale;
  /// The value of `scale`, where it is known and such a fraction: positions can
  /// then be computed in integers.
  std::optional<ScaleRatio> ratio = {};
  std::function<Scalar()> roi_start; ///< tf_crop_and_resize only.
  std::function<Scalar()> roi_end;
  /// Input elements that make an output element; 1, 2 or 4 unless antialiased.
  Size taps = 1;
};

/// x resized along `dims`: interpolation is separable, so this is one map a
/// dimension (one altogether for `nearest`).
Tensor resample(Tensor x, const ResizeRules &rules,
                std::span<const ResizeDim> dims);

} // namespace landfall::frontend
