//===- resample_position.h - Output to input coordinates --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/resample.h"

namespace landfall::frontend {

/// Inside a body: the position (f64) in the input of output element `i` (f64).
Scalar original_position(Builder &b, Coordinates coordinates,
                         const ResizeDim &dim, Scalar i);

/// floor((slope * i + offset) / divisor): the integer nearest to the position
/// of output element i by a rule, not clamped into the input. The same number
/// as reals give.
///
///   half_pixel, scale 2, prefer_floor:  ceil((i + 1/2) / 2 - 1/2 - 1/2) = i /
///   2
struct ExactElement {
  int64_t slope, offset, divisor;

  /// Inside a body: the number for element `i` (i64), in integers.
  Scalar at(Scalar i) const;
  /// The same, clamped into the input where it could be outside.
  Scalar clamped(Builder &b, const ResizeDim &dim, Scalar i) const;
};

/// Nothing where the scale is no fraction (ResizeDim::ratio), or the position
/// depends on more than the scale.
std::optional<ExactElement> exact_element(Coordinates coordinates, Nearest rule,
                                          const ResizeDim &dim);

/// The input element (i64, clamped into the input) nearest to `position`.
Scalar nearest_element(Builder &b, Nearest rule, const ResizeDim &dim,
                       Scalar position);

} // namespace landfall::frontend
