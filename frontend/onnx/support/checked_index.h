//===- checked_index.h - Indices in range, by proof or by check -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// An operand of indices into dimensions: negative ones count from the back, or
/// are out of range too.
/// Indices known at compile time are checked then; others are checked by a
/// kernel of their own before they are used, so that the gather is a plain map.
class CheckedIndex {
public:
  /// Entry j of `indices` points into extents[j mod extents.size()].
  enum class Negative : uint8_t { from_back, refused };
  CheckedIndex(const Node &node, Tensor indices, std::span<const Size> extents,
               Negative negative = Negative::from_back);

  /// Inside a body: the index (i64, not negative) at this position.
  Scalar at(std::span<const Scalar> position) const;
  /// All indices, i64, in the shape of the operand.
  Tensor tensor() const { return tensor_; }

private:
  Tensor tensor_;
  std::optional<Size> single_; ///< The only index, if known.
};

/// `lengths`, the operand `name`, as i64: a list of `count` lengths from 0 to
/// `most`, or the run fails.
Tensor checked_lengths(const Node &node, Tensor lengths, std::string_view name,
                       Size count, Size most);

} // namespace landfall::frontend
