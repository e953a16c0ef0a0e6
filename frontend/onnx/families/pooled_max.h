//===- pooled_max.h - Maxima of windows ----------------------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

/// The greatest element of each window; padding does not count. Large windows
/// are separable: one map for each spatial axis, so that the work per element
/// grows with the sum of the window's extents, not with their product. A
/// maximum is exact, so the result is the same.
Tensor pooled_max(const Pool &pool);

/// Whether maxima along one axis after the other take less work than whole
/// windows.
bool is_separated(const Window &window);

/// The same by a single map over whole windows.
Tensor whole_max(const Pool &pool);

} // namespace landfall::frontend
