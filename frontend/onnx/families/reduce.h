//===- reduce.h - Folds some dimensions of a tensor away --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

/// reduced = formula(the elements along the axes). Axes come as an attribute
/// or, from opset `operand_since` on, as an operand that may be a run-time
/// value. `real`: integers compute in f64. The result has data's type.
void reduce_operator(Node &node, int operand_since, bool real,
                     const std::function<Scalar(const Row &)> &formula);
/// The same of `data` instead of the operand.
void reduce_operator(Node &node, Tensor data, int operand_since, bool real,
                     const std::function<Scalar(const Row &)> &formula);

/// reduced = position of the extreme element along `axis`, as int64.
void arg_operator(Node &node, bool largest);

} // namespace landfall::frontend
