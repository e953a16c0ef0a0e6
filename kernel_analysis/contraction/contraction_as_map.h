//===- contraction_as_map.h - A contraction, the plain way -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// The same function as a kernel of class map: each point folds over `reduce`
/// and then runs the epilogue. For contractions that the contraction generator
/// has no better code for.
Kernel contraction_as_map(const Kernel &contraction);

} // namespace landfall::analysis
