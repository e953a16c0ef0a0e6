//===- sink_into_branches.h - Sinking code into branches --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Code sinking. A guarded load or a select becomes a branch if a value that
// only one side of it needs is expensive; the nodes that compute that value
// move into the branch. A fused concatenation, for example, loads its first
// input where p is true, and uses its second input y where p is false:
//
//   y = f(g(x)); load z[i] if p else y      y is computed at every point
//   branch (p) { load z[i] } { f(g(x)) }    y is computed where p is false
//
// What changes less often than the condition stays: a softmax's sum is the same
// for the row whose elements a mask selects, and loops compute it once.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// The same function, with branches in the kernel's body.
Kernel sink_into_branches(Kernel kernel);

} // namespace landfall::analysis
