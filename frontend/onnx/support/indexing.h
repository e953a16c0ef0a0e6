//===- indexing.h - Indices of broadcast operands ------------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

/// The index into a dimension of `extent` elements that serves `index` of a
/// result with `result` elements: 0 where the extent is 1.
inline Scalar broadcast_index(Builder &b, Size extent, Size result,
                              Scalar index) {
  if (extent == result)
    return index;
  b.require_broadcast(extent, index);
  if (auto constant = extent.constant())
    return *constant == 1 ? b.index(0) : index;
  return index * b.scalar(less(1, extent));
}

/// Requires two extents to be equal, at run time if that is not provable; they
/// are added to the message.
inline void require_equal(Builder &b, Size x, Size y,
                          const std::string &message) {
  if (x != y)
    b.require(equal(x, y), message + ": " + x.str() + " and " + y.str());
}

/// The indices `head` followed by `tail`.
inline Scalars joined(std::span<const Scalar> head,
                      std::span<const Scalar> tail) {
  Scalars all(head.begin(), head.end());
  all.insert(all.end(), tail.begin(), tail.end());
  return all;
}

} // namespace landfall::frontend
