//===- resize_operands.h - Resize and Upsample operands ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/resample.h"

namespace landfall::frontend {

/// Scales: constants, or the elements of an f32 tensor known at run time.
struct Scales {
  std::vector<double> known; ///< Used if `tensor` is absent.
  Tensor tensor;

  Size count() const;
  /// Inside a body: scale `j` as f64.
  Scalar at(Builder &b, int j) const;
};

/// The operand at `position` as scales.
Scales scales_operand(const Node &node, int position);

/// Dimensions `axes` scaled to floor(extent * scale); scales of 1 are left out.
std::vector<ResizeDim> scaled_dims(const Node &node, Tensor x,
                                   std::span<const int> axes,
                                   const Scales &scales,
                                   const ResizeRules &rules);

/// How sizes relate to the extents asked for.
enum class AspectRatio { stretch, not_larger, not_smaller };

/// Dimensions `axes` resized to `sizes`; what keeps its extent is left out.
std::vector<ResizeDim> sized_dims(Tensor x, std::span<const int> axes,
                                  std::span<const Size> sizes,
                                  AspectRatio ratio, const ResizeRules &rules);

} // namespace landfall::frontend
