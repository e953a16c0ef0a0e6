//===- normalize.h - Zero mean and unit variance ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/row.h"

namespace landfall::onnx {

/// {mean, 1 / sqrt(variance + epsilon)} of a row, in two passes.
RowFold moments(double epsilon);

/// scale (x - mean(row)) / sqrt(variance(row) + epsilon) + bias with the scale
/// and bias that belong to the point; either may be absent.
Tensor normalize_rows(const Rows &rows, double epsilon, const PointBody &scale,
                      const PointBody &bias);

/// Inside a body: element `channel` of an optional operand of rank 1.
PointBody per_channel(Tensor parameter);
/// Inside a body: the element of an optional operand that broadcasts there.
PointBody broadcast_parameter(Tensor parameter);

} // namespace landfall::onnx
