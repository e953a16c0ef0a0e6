//===- lane_index.h - Index arithmetic across lanes ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Arithmetic on linear values (lane k holds base + k * stride, i64). Most of it
// can be done on the two scalars, or on a vector of 32-bit integers, instead of
// a vector of i64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

/// The result of an operation whose arguments are uniform or linear, at least
/// one of them linear. An empty value if the operation has no cheaper form: the
/// caller then expands the arguments to vectors.
LaneValue apply_to_index(Lanes &lanes, ScalarOp op, DType result,
                         llvm::ArrayRef<LaneValue> arguments);

} // namespace landfall::kernels
