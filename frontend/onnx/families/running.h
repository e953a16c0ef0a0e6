//===- running.h - Running totals along an axis -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// y[i] = step(... step(step(start, x[0]), x[1]) ..., x[i]) along the axis that
/// operand 1 names, perhaps at run time. Attributes: `exclusive` leaves x[i]
/// out, `reverse` starts at the other end.
void running_operator(Node &node, double start,
                      const std::function<Scalar(Scalar, Scalar)> &step);

} // namespace landfall::frontend
