//===- map_as_contraction.h - A map's sum of products ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// The same function as a kernel of class contraction, if each point of the map
/// sums products of two factors in one fold, or folds in folds, and goes on
/// with the sum: depthwise convolutions, and products of few rows. The inverse
/// of contraction_as_map.h, but that sums of reals round as a contraction's.
/// Fails with the reason why the map is no such one: a clause to follow
/// "because".
Result<Kernel> map_as_contraction(const Kernel &map);

} // namespace landfall::analysis
