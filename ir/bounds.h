//===- bounds.h - Indices that must lie inside a tensor --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder_impl.h"

namespace landfall::ir {

/// Bounds of an index inside a body, as sizes, for indices computed from loop
/// indices, sizes and constants. They need not be attained, and are meaningless
/// if a loop around the index has no iterations.
struct IndexRange {
  Size low;
  Size high;
};
std::optional<IndexRange> index_range(Builder::Impl &impl, mlir::Value index);

/// Checks the indices of an access against `shape`: adds a run-time requirement
/// (Builder::require) for each axis whose index has known bounds that are not
/// provably inside. Throws if they are provably outside. Indices that the guard
/// depends on, and those from data, are not checked here: operators clamp or
/// check them.
void require_inside(Builder::Impl &impl, const Shape &shape,
                    std::span<const Scalar> indices, Scalar guard = {});

/// Requires an extent to be 1 or equal to the extent of the index's loop,
/// unless the loop's extent is a broadcast of this one.
void require_broadcast(Builder::Impl &impl, Size extent, Scalar index);

} // namespace landfall::ir
