//===- scatter_along_axis.h - The ScatterElements kernel --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/scatter_reduction.h"

namespace landfall::frontend {

/// data with updates[i...] stored at index i with i[axis] replaced by
/// indices[i...]. Updates of one element are applied in the order of the axis.
Tensor scatter_along_axis(const Node &node, ScatterReduction reduction);

} // namespace landfall::frontend
