//===- weight_layouts.h - How targets want weights stored -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Weights are constants that are factors of contractions. A target says which
// of them are stored otherwise than the model has them.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::compiler {

/// Weights that are stored K-major, with the summed dimensions outermost
/// (lay_out_constants.h).
struct KMajorWeights {
  /// The fewest points of the result loops that only the other factor has (M,
  /// for weights on the N side); an unknown extent is enough. 0: no weights.
  int64_t fewest_across = 0;
  /// The fewest points of the result loops that only the weights have.
  int64_t fewest_along = 1;
  /// Only weights on the N side: those that use the innermost result loop.
  bool n_side_only = false;
};

/// Weights that are stored in panels (lay_out_panels.h).
struct PanelWeights {
  int64_t width = 0; ///< Points of a panel; 0: no weights are stored so.
  /// Points of a panel for weights that `width` would pad too much; 0: these
  /// are not stored so.
  int64_t narrow_width = 0;
  /// The fewest summed points of weights on the M side, and the fewest weights.
  /// Results of a panel are turned there, as their own loop is not the
  /// innermost: the sums must be worth it. Few weights are read by many points
  /// of the other side (large images), which fill vectors by themselves.
  int64_t fewest_summed_on_m_side = 0;
  int64_t fewest_on_m_side = 0;
  /// The fewest weights there, if they lie in words.
  int64_t fewest_words_on_m_side = 0;
  /// The fewest points that weights with several summed dimensions (those of
  /// windows) have on the M side, unless the other side is known to have at
  /// most `few_other_points`: large images are not packed at all for few
  /// output channels (strategies/direct.cpp).
  int64_t fewest_for_windows = 0;
  int64_t few_other_points = 0;
  /// At most this share of the stored points, in percent, is zeros.
  int64_t most_padding = 0;
  /// Weights of 8-bit integers, or of fewer bits of a byte, lie in words of so
  /// many steps of K. 0: they are not stored in panels.
  int64_t byte_steps = 0;
  /// The same for weights of bf16, if all are finite: what stands behind the
  /// last word of a sum may be multiplied by zero. Weights of f16 are stored in
  /// panels, but not in words. 0: neither is.
  int64_t bf16_steps = 0;
};

} // namespace landfall::compiler
