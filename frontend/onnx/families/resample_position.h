//===- resample_position.h - Output to input coordinates --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/resample.h"

namespace landfall::frontend {

/// Inside a body: the position (f64) in the input of output element `i` (f64).
Scalar original_position(Builder &b, Coordinates coordinates,
                         const ResizeDim &dim, Scalar i);

/// The input element (i64, clamped into the input) nearest to `position`.
Scalar nearest_element(Builder &b, Nearest rule, const ResizeDim &dim,
                       Scalar position);

} // namespace landfall::frontend
