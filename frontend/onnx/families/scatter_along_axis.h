//===- scatter_along_axis.h - The ScatterElements kernel --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/scatter_reduction.h"

namespace landfall::frontend {

/// data, with updates[i...] stored at i with i[axis] = indices[i...]. Equal
/// targets are met in the order of the axis.
Tensor scatter_along_axis(const Node &node, ScatterReduction reduction);

} // namespace landfall::frontend
