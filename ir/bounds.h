//===- bounds.h - Indices that must lie inside a tensor --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder_impl.h"

namespace landfall::ir {

/// The least and the greatest value of an index inside a body, as sizes, if it
/// is arithmetic on indices of loops, sizes and constants. Neither need be
/// attained; where a loop has no rounds they mean nothing.
struct IndexRange {
  Size low;
  Size high;
};
std::optional<IndexRange> index_range(Builder::Impl &impl, mlir::Value index);

/// For an access: a run-time requirement (Builder::require) for each axis whose
/// index has a known range that is not provably inside `shape`. Throws if it is
/// provably outside. Indices that a guard looks at, and those that come from
/// data, are the operator's business.
void require_inside(Builder::Impl &impl, const Shape &shape,
                    std::span<const Scalar> indices, Scalar guard = {});

/// Requires that an extent is 1 or equal to that of the space its index runs
/// over, unless the space's extent was made by broadcasting this one.
void require_broadcast(Builder::Impl &impl, Size extent, Scalar index);

} // namespace landfall::ir
