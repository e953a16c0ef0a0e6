//===- window.h - Windows sliding over spatial dimensions ----- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// The sliding window of convolutions and pools. Tap k of the window at output
/// o reads input position o * stride - begin + k * dilation, which may be in
/// the padding.
struct Window {
  Shape input; ///< Spatial extents, as all lists here.
  Shape kernel;
  Shape output;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  Shape begin; ///< Padding before the first element.
  Shape end;   ///< Padding after the last element.
  /// A pool's window that is larger than the padded input is clipped to it.
  bool clipped = false;

  size_t rank() const { return input.size(); }
};

/// Binds `strides`, `dilations`, `pads`, `auto_pad` and `ceil_mode` of a node
/// whose input [N, C, spatial...] is x. Pools divide towards zero when they
/// count positions (`is_pool`), as frameworks do: a window that exceeds the
/// padded input by less than a stride has one position. Convolutions refuse it.
Window bind_window(const Node &node, Tensor x, const Shape &kernel,
                   bool is_pool = false);

/// The spatial extents of a convolution's kernel; checks `kernel_shape`.
Shape convolution_kernel(const Node &node, Tensor x, Tensor w);

/// `kernel_shape` of a pool over x.
Shape pool_kernel(const Node &node, Tensor x);

/// The input position that one tap reads.
struct Tap {
  Scalars indices; ///< Spatial.
  Scalar inside;   ///< Whether that is within the input; absent: always.

  /// x[head..., indices...], or `padding` outside.
  Scalar load(Tensor x, std::span<const Scalar> head, Scalar padding) const;
};

Tap tap(Builder &b, const Window &window, std::span<const Scalar> output,
        std::span<const Scalar> kernel);

/// How many taps of a pool's window are to be visited: a long one has more taps
/// than the input positions, of which those in the padding give nothing.
Shape visited_taps(const Window &window);
/// The visited tap number k, counted from the first in the input.
Tap visited_tap(Builder &b, const Window &window,
                std::span<const Scalar> output, std::span<const Scalar> k);

/// Both conditions; either may be absent (true).
Scalar both(Scalar a, Scalar b);

/// Per-axis integers of an attribute, `otherwise` everywhere if absent.
std::vector<int64_t> spatial_ints(const Node &node, std::string_view name,
                                  size_t rank, int64_t otherwise);

} // namespace landfall::frontend
