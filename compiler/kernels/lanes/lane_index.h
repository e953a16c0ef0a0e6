//===- lane_index.h - Index arithmetic across lanes ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Where the lanes of an i64 are base + lane * stride, much arithmetic needs no
// vector, or a vector of small integers only.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

/// The result of an operation with at least one linear argument (the others
/// uniform or linear); nothing if there is no shorter way than spreading the
/// arguments.
LaneValue apply_to_index(Lanes &lanes, ScalarOp op, DType result,
                         llvm::ArrayRef<LaneValue> arguments);

} // namespace landfall::kernels
