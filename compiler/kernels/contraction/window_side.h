//===- window_side.h - The N side of a convolution --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// In a convolution, points of N and steps of K choose elements of an image by
// positions, one along each axis of N:
//
//   position = stride * loop + dilation * tap
//
// A padded copy of the image has each position once, though many pairs of a
// point and a step are there. An axis with taps is longer in the copy than its
// loop, by `halo`; if its stride is not 1, the positions are sorted by their
// remainder, the phase:
//
//   copy[channel][phases][padded axes]
//
// The padded axes, flattened, are the lanes of the copy. The factor at a point
// and a step is then at the lane of the point plus an offset that depends on
// the step only, so that neighbouring lanes of the copy are neighbouring points
// for each step. Lanes that are no points, as they are in a halo, lie between.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"

#include <optional>

namespace landfall::kernels {

/// A loop of N, and the loop of K that moves along the same axis, if any. The
/// stride or the dilation is 1. A negative dilation (transposed convolutions)
/// is that of a window whose taps are in reverse order.
struct WindowAxis {
  uint32_t loop = 0;
  std::optional<uint32_t> tap;
  int64_t stride = 1, dilation = 1;
  int64_t phases = 1;            ///< At most `stride`.
  analysis::SizePolynomial halo; ///< 0 if it has no tap.
};

/// The structure of the N side; a function of the kernel only.
struct WindowSide {
  std::vector<WindowAxis> axes;   ///< All loops of N, outermost first.
  std::vector<uint32_t> channels; ///< Loops of K that are no taps.
  std::vector<uint32_t> taps;     ///< The other loops of K, outermost first.
  int64_t phases = 1;             ///< The product of those of all axes.
  /// The copy. Rows: channels, then phases, as indices of the taps; lanes: the
  /// padded axes, in as many spans.
  PackSide copy;

  /// Adds the indices of the taps, other than phases, that the copy is made
  /// at: those of the least positions.
  void add_taps(SizeCode &sizes, const analysis::IndexSpace &space,
                IndexValues &indices) const;
  const analysis::SizePolynomial &padded(size_t axis) const {
    return copy.lanes[axis].extent;
  }
};

/// Nothing if no loop of K is a tap. The innermost `words` loops of K are not:
/// they are channels, too.
std::optional<WindowSide> find_windows(const analysis::ContractionRoles &roles,
                                       size_t words = 0);

} // namespace landfall::kernels
