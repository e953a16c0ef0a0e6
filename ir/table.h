//===- table.h - Maps whose results are stored -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"

namespace landfall::ir {

/// As Builder::map, with a hint to the compiler (`materialize`): the result is
/// stored once, and its readers load it and never compute it again. For small
/// tables (source positions, weights) that cost more to compute than to load.
Tensor table(Builder &b, const Shape &shape, DType dtype,
             const PointBody &body);

} // namespace landfall::ir
