//===- sink_into_branches.h - Computing only what is taken ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Code sinking. A guarded load or a select whose other side is costly becomes a
// branch, and what only that side needs moves into it. A fused concatenation,
// for one, loads its first input where the guard is true, but computes the
// second everywhere:
//
//   y = f(g(x)); load z[i] if p else y      y is computed everywhere
//   branch (p) { load z[i] } { f(g(x)) }    y is computed where it is used
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

Kernel sink_into_branches(Kernel kernel);

} // namespace landfall::analysis
