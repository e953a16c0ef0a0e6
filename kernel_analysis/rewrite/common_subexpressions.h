//===- common_subexpressions.h - Computing things once ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// Replaces a node by an equal one that stands before it in its block or an
/// enclosing one. Whole folds count: fusion repeats a producer in each place
/// that uses it.
Kernel merge_common_subexpressions(Kernel kernel);

} // namespace landfall::analysis
