//===- normalize.h - Zero mean and unit variance ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

/// {mean, 1 / sqrt(variance + epsilon)} of a row, in two passes.
RowFold moments(double epsilon);

/// scale (x - mean(row)) / sqrt(variance(row) + epsilon) + bias with the scale
/// and bias that belong to the point; either may be absent.
Tensor normalize_rows(const Rows &rows, double epsilon, const PointBody &scale,
                      const PointBody &bias);

/// {1 / sqrt(mean of x^2 + epsilon)} of a row.
RowFold inverse_rms(double epsilon);

/// scale x / sqrt(mean(row's x^2) + epsilon) as `result`, with the scale that
/// belongs to the point.
Tensor rms_normalize_rows(const Rows &rows, double epsilon,
                          const PointBody &scale, DType result);

/// Inside a body: the element of a required operand of one value a channel of
/// x.
PointBody per_channel(const Node &node, int position, std::string_view name,
                      Tensor x);
/// Inside a body: the element of an operand that broadcasts to x; nothing if it
/// is absent.
PointBody broadcast_parameter(const Node &node, Tensor parameter,
                              std::string_view name, Tensor x);

} // namespace landfall::frontend
