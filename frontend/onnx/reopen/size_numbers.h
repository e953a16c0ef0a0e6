//===- size_numbers.h - Numbers that may come from a size -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/extents.h"

namespace landfall::frontend {

/// Whether numbers of a model look computed from the extents that are free: an
/// extent, one less or more, its half, a product of two, a square root, a
/// logarithm, or an inverse of these. Signs do not count.
class SizeNumbers {
public:
  explicit SizeNumbers(const Extents &extents);

  /// From an extent of an input, or from a product. 0, 1, 2 and 1/2 never are.
  bool is_of_input(double value) const;
  /// From these or from the extent of a feature. Numbers that networks have at
  /// every size (those of ReLU6, slopes of 0.1) are from no feature.
  bool may_be(double value) const;
  /// The same of a list of constants: one that looks computed, if there is one
  /// in a short list, or if half of a long one look computed.
  std::optional<double> found_in(const std::vector<double> &values) const;
  /// A stride of the model (an input's extent by a feature's), or half of one:
  /// as a factor it is a constant even if an extent has its value.
  bool is_stride(double value) const;

  /// Whether a count or a distance along an axis of extent `whole` looks
  /// computed from it: a half, a third or a quarter, or another extent's
  /// number.
  bool is_part(int64_t value, int64_t whole) const;

private:
  void add_inputs(const Extents &extents);
  void add_features(const Extents &extents);
  void add_products(const Extents &extents);

  std::vector<double> inputs_, features_, strides_; ///< Sorted.
};

} // namespace landfall::frontend
