//===- softmax.h - Rows that Softmax and its kin normalise ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

/// The rows of operand "input": along `axis`, or before opset 13 over all
/// dimensions from `axis` on.
Rows softmax_rows(Node &node);

/// {max of the row, sum of exp(x - max)}.
Scalars softmax_folds(const Row &row);

/// softmax(x) of each row, of x's type.
Tensor softmax_of(const Rows &rows);

/// log(softmax(x)) of each row, of x's type.
Tensor log_softmax_of(const Rows &rows);

} // namespace landfall::frontend
