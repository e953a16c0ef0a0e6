//===- checked_index.h - Indices in range, by proof or by check -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/operator.h"

namespace landfall::onnx {

/// An operand of indices into dimensions: negative ones count from the back.
/// What is known now is checked now; the rest is checked by a kernel before
/// anyone uses it, so that gathers stay plain maps.
class CheckedIndex {
public:
  /// Entry j of `indices` points into extents[j mod extents.size()].
  CheckedIndex(const Node &node, Tensor indices, std::span<const Size> extents);

  /// Inside a body: the index (i64, not negative) at this position.
  Scalar at(std::span<const Scalar> position) const;

private:
  Tensor tensor_;
  std::optional<Size> single_; ///< The only index, if known.
};

} // namespace landfall::onnx
