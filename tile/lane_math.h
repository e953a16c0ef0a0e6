//===- lane_math.h - Functions of a few operations -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Elementary functions of f32, as scalar operations that vector units have:
// add, mul, fma, div, comparisons, select, bit operations of i32. Largest
// errors in ulps over random arguments of all binades (lane_math_test.cpp):
//
//   exp 1   log 1   tanh 2   erf 2   log1p 3
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/node_builder.h"

namespace landfall::tile {

/// The function of f32 values; no_node: it is not composed here.
NodeId compose(NodeBuilder &builder, ScalarOp op, std::span<const NodeId> args);

} // namespace landfall::tile
