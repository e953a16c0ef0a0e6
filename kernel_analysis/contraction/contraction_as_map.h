//===- contraction_as_map.h - A contraction as a map -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// The same function as a kernel of class map: each point sums over `reduce` in
/// nested folds and then computes the epilogue. For contractions that no
/// contraction strategy takes.
Kernel contraction_as_map(const Kernel &contraction);

} // namespace landfall::analysis
