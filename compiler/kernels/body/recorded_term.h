//===- recorded_term.h - Terms of a fold that are kept ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Softmax needs exp(x[j] - top) twice: as the terms of a sum over the row, then
// for the results. The terms are stored in the result's row while they are
// summed, and the results are computed from those.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::kernels {

/// A value that a fold computes in each iteration and stores in the kernel's
/// only result, at the point whose innermost index is the fold's; there the
/// body loads it instead of computing it again.
struct RecordedTerm {
  NodeId term;       ///< In the fold.
  NodeId fold_index; ///< The fold's index.
  NodeId repeated;   ///< The same value in the body.
  NodeId index;      ///< The innermost loop's index.
};

} // namespace landfall::kernels
